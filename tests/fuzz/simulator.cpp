// The simulator of the CAS reads an envelope. The first byte of the input chooses the service and the
// character set.

#include "fuzz/fuzz.hpp"
#include "simulator/soap.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace contego;
    const auto [choice, body] = fuzz::choice_and_rest(fuzz::text_of(data, size));
    const auto all = simulator::areas();
    const auto read = simulator::read_envelope(all[choice % all.size()], body, choice >= 128);
    if (const auto* understood = std::get_if<simulator::reading>(&read))
        fuzz::require(understood->operation != nullptr, "an envelope that is understood has an operation");
    else
        fuzz::require(!std::get<simulator::fault>(read).code.empty(), "a fault has a code");
    return 0;
}
