#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include "config/load_binding.hpp"
#include "json/json.hpp"
#include <contego/plan.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>

namespace contego::daemon {
namespace {

std::optional<std::string> text_of(const std::string& argument) {
    if (argument == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
    if (!argument.starts_with('@')) return argument;
    std::ifstream in(argument.substr(1), std::ios::binary);
    if (!in) return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(in), {});
}

/// Returns the parameters as an object, or nothing after it printed the mistake in them.
std::optional<value> parameters_of(const std::string& argument) {
    const auto text = text_of(argument);
    if (!text) {
        std::cerr << "parameters: cannot read " << argument.substr(1) << '\n';
        return std::nullopt;
    }
    try {
        auto parsed = json::parse(*text);
        if (parsed.members() != nullptr) return parsed;
        std::cerr << "parameters: must be a JSON object\n";
    } catch (const json::parse_error& e) {
        std::cerr << "parameters: not JSON: " << e.what() << '\n';
    }
    return std::nullopt;
}

std::optional<binding> binding_of(const std::filesystem::path& file) {
    auto loaded = load_binding(file);
    if (auto* good = std::get_if<binding>(&loaded)) return std::move(*good);
    for (const auto& mistake : std::get<std::vector<std::string>>(loaded))
        std::cerr << mistake << '\n';
    return std::nullopt;
}

std::optional<command_list> planned(const dry_run_arguments& arguments, const binding& wire) {
    const auto parameters = parameters_of(arguments.parameters);
    if (!parameters) return std::nullopt;
    auto result = plan(arguments.what, *parameters, wire.limits());
    if (auto* commands = std::get_if<command_list>(&result)) return std::move(*commands);
    const auto& why = std::get<refusal>(result);
    std::cerr << why.code << '\n' << describe(why.all, why.more) << '\n';
    return std::nullopt;
}

value document_of(const command& c) {
    value::object members{{"type", name_of(c.type)}, {"parameters", masked(c.parameters)}};
    if (c.only_if_paired) members.emplace("only_if_paired", *c.only_if_paired);
    return members;
}

} // namespace

int plan_command(const dry_run_arguments& arguments) {
    const auto wire = binding_of(arguments.binding_file);
    const auto commands = wire ? planned(arguments, *wire) : std::nullopt;
    if (!commands) return exit_status::bad_input;
    value::list documents;
    for (std::size_t i = 0; i < commands->size(); ++i)
        documents.push_back(document_of((*commands)[i]));
    std::cout << json::write_indented(documents) << '\n';
    return 0;
}

int render_command(const dry_run_arguments& arguments) {
    if (!command_type_of(arguments.what)) {
        std::cerr << "command: must be one of the 13 command codes (was " << arguments.what << ")\n";
        return exit_status::bad_input;
    }
    const auto wire = binding_of(arguments.binding_file);
    const auto commands = wire ? planned(arguments, *wire) : std::nullopt;
    if (!commands) return exit_status::bad_input;
    // The ids are samples, because nothing is sent.
    sending sample;
    sample.now = std::chrono::system_clock::now();
    std::cout << wire->prepare((*commands)[0], sample).masked << '\n';
    return 0;
}

} // namespace contego::daemon
