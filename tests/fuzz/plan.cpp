// Any JSON document is planned as the parameters of an action, and the commands are rendered. The first byte
// of the input chooses the action.

#include "binding/utf_8.hpp"
#include "fuzz/fuzz.hpp"
#include "json/json.hpp"
#include "plan/matrix.hpp"
#include "unit/binding/shipped.hpp"
#include <contego/plan.hpp>

#include <pugixml.hpp>

namespace {

/// The actions of the CRM, the direct commands, and an unknown action.
std::vector<std::string> all_actions() {
    std::vector<std::string> all{"UNKNOWN"};
    for (const auto& row : contego::planning::matrix)
        all.emplace_back(row.action);
    for (const auto type : contego::command_types)
        all.emplace_back(contego::name_of(type));
    return all;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace contego;
    static const auto& wire = samples::shipped();
    static const auto actions = all_actions();
    const auto [choice, text] = fuzz::choice_and_rest(fuzz::text_of(data, size));
    value parameters;
    try {
        parameters = json::parse(text);
    } catch (const json::parse_error&) {
        return 0;
    }
    if (parameters.members() == nullptr) return 0; // the schema refuses it
    const auto planned = plan(actions.at(choice % actions.size()), parameters, wire.limits());
    if (const auto* refused = std::get_if<refusal>(&planned)) {
        fuzz::require(!refused->all.empty(), "a refusal has a reason");
        return 0;
    }
    const auto& commands = std::get<command_list>(planned);
    for (std::size_t n = 0; n < commands.size(); ++n) {
        const auto prepared = wire.prepare(commands[n], {4049});
        pugi::xml_document parsed;
        fuzz::require(
            static_cast<bool>(parsed.load_buffer(prepared.wire.body.data(), prepared.wire.body.size())),
            "an envelope is XML");
        fuzz::require(wire::cleaned(prepared.masked) == prepared.masked, "a stored text fits a text column");
    }
    return 0;
}
