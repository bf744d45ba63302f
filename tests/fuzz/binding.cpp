// A binding file is compiled. If it has no mistake, every command that it supports is rendered, and an answer
// is interpreted.

#include "binding/utf_8.hpp"
#include "fuzz/fuzz.hpp"
#include "unit/binding/sample.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace contego;
    const auto made = binding::compile(fuzz::text_of(data, size));
    if (const auto* mistakes = std::get_if<std::vector<binding_error>>(&made)) {
        fuzz::require(!mistakes->empty(), "a file that does not compile has a mistake");
        for (const auto& m : *mistakes)
            fuzz::require(!m.reason.empty(), "a mistake has a reason");
        return 0;
    }
    const auto& wire = std::get<binding>(made);
    const auto answer = samples::status_answer("OK");
    for (const auto type : command_types) {
        if (!wire.limits().supports(type)) continue;
        const auto c = samples::full_command(type);
        const auto prepared = wire.prepare(c, {4049});
        fuzz::require(wire::cleaned(prepared.masked) == prepared.masked, "a stored text fits a text column");
        static_cast<void>(wire.interpret(c, {4049}, answer));
    }
    return 0;
}
