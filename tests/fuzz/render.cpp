// A text becomes the message of a command. If the planner accepts it, the envelope must be XML from which a
// reader gets exactly this text. The input is the text.

#include "fuzz/fuzz.hpp"
#include "unit/binding/sample.hpp"
#include "unit/binding/shipped.hpp"
#include <contego/plan.hpp>

#include <pugixml.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace contego;
    static const auto& wire = samples::shipped();
    const std::string text(fuzz::text_of(data, size));
    const value parameters = value::object{{"smartcard_ca_id", "01900080207"}, {"message", text}};
    const auto planned = plan("SEND_BARK_MESSAGE_TO_CLIENT", parameters, wire.limits());
    if (std::holds_alternative<refusal>(planned)) return 0;

    const auto& commands = std::get<command_list>(planned);
    fuzz::require(commands.size() == 1, "a direct command is one command");
    const auto prepared = wire.prepare(commands[0], {4049});
    pugi::xml_document parsed;
    const auto how = pugi::parse_default | pugi::parse_ws_pcdata;
    fuzz::require(
        static_cast<bool>(parsed.load_buffer(prepared.wire.body.data(), prepared.wire.body.size(), how)),
        "an envelope is XML");
    const auto found = parsed.select_node("//*[local-name() = 'Message']").node();
    fuzz::require(found.text().get() == text, "an envelope has exactly the text that was given");
    return 0;
}
