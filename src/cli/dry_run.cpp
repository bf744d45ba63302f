#include "cli/argument_text.hpp"
#include "cli/commands.hpp"
#include "cli/planned.hpp"
#include "cli/subcommand.hpp"
#include "json/json.hpp"
#include <contego/plan.hpp>

#include <chrono>
#include <iostream>

namespace contego::daemon {
namespace {

/// The id of the request that the envelopes show, because nothing is sent.
constexpr std::int64_t sample_request_id = 42;

std::optional<command_list> commands_of(const dry_run_arguments& arguments, const limits& site) {
    const auto parameters = parameters_of(arguments.parameters);
    if (!parameters) return std::nullopt;
    return planned(arguments.what, *parameters, site);
}

value document_of(const command& c) {
    value::object members{{"type", name_of(c.type)}, {"parameters", masked(c.parameters)}};
    if (c.only_if_paired) members.emplace("only_if_paired", *c.only_if_paired);
    return members;
}

std::string envelope_of(const binding& wire, const command& c, int sequence) {
    sending sample{.request_id = sample_request_id, .sequence = sequence};
    sample.now = std::chrono::system_clock::now();
    return wire.prepare(c, sample).masked;
}

const char* condition_of(const command& c) {
    if (!c.only_if_paired) return "";
    return *c.only_if_paired ? ", only if the card is paired" : ", only if the card is not paired";
}

} // namespace

std::optional<command_list> planned(const std::string& action, const value& parameters, const limits& site) {
    auto result = plan(action, parameters, site);
    if (auto* commands = std::get_if<command_list>(&result)) return std::move(*commands);
    const auto& why = std::get<refusal>(result);
    std::cerr << why.code << '\n' << describe(why.all, why.more) << '\n';
    return std::nullopt;
}

bool is_command(const std::string& code) {
    if (command_type_of(code)) return true;
    std::cerr << "command: must be one of the 13 command codes (was " << code << ")\nHINT: the codes are";
    for (const auto type : command_types)
        std::cerr << ' ' << name_of(type);
    std::cerr << '\n';
    return false;
}

int plan_command(const dry_run_arguments& arguments) {
    const auto chosen = choose_binding(arguments.wire);
    const auto commands = chosen ? commands_of(arguments, chosen->wire.limits()) : std::nullopt;
    if (!commands) return exit_status::bad_input;
    value::list documents;
    for (std::size_t i = 0; i < commands->size(); ++i)
        documents.push_back(document_of((*commands)[i]));
    std::cout << json::write_indented(documents) << '\n';
    return 0;
}

int render_command(const dry_run_arguments& arguments) {
    if (!is_command(arguments.what)) return exit_status::bad_input;
    const auto chosen = choose_binding(arguments.wire);
    const auto commands = chosen ? commands_of(arguments, chosen->wire.limits()) : std::nullopt;
    if (!commands) return exit_status::bad_input;
    std::cout << envelope_of(chosen->wire, (*commands)[0], 1) << '\n';
    return 0;
}

int render_action(const dry_run_arguments& arguments) {
    const auto chosen = choose_binding(arguments.wire);
    const auto commands = chosen ? commands_of(arguments, chosen->wire.limits()) : std::nullopt;
    if (!commands) return exit_status::bad_input;
    for (std::size_t i = 0; i < commands->size(); ++i) {
        const auto c = (*commands)[i];
        std::cout << "<!-- " << i + 1 << " of " << commands->size() << ": " << name_of(c.type)
                  << condition_of(c) << " -->\n"
                  << envelope_of(chosen->wire, c, static_cast<int>(i) + 1) << '\n';
    }
    return 0;
}

} // namespace contego::daemon
