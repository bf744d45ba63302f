#include "cli/commands.hpp"
#include "cli/subcommand.hpp"
#include "config/check_provider.hpp"
#include "config/exposed_files.hpp"
#include "config/load_binding.hpp"
#include "config/read_configuration.hpp"
#include "config/settings.hpp"

#include <algorithm>
#include <iostream>

namespace contego::daemon {
namespace {

std::string names_of(const std::map<std::string, secret_use>& secrets) {
    std::string names;
    for (const auto& [name, use] : secrets)
        (names += names.empty() ? "" : ", ") += name;
    return names;
}

int check_binding(const std::filesystem::path& file) {
    const auto chosen = choose_binding({.binding_file = file});
    if (!chosen) return exit_status::bad_input;
    const auto& [wire, name] = *chosen;
    for (const auto& remark : remarks_on(wire, name))
        std::cout << remark << '\n';
    if (!wire.secrets().empty())
        std::cout << "the binding uses these secrets: " << names_of(wire.secrets())
                  << "; the file that secrets_file of the provider names must have them\n";
    const auto commands = std::ranges::count_if(
        command_types, [&site = wire.limits()](command_type type) { return site.supports(type); });
    std::cout << name << " has no mistakes; it has " << commands << " of " << command_types.size()
              << " commands\n";
    return 0;
}

int check_configuration(const std::filesystem::path& file) {
    const auto read = read_configuration_file(file, process_environment());
    bool wrong = print_mistakes(file.string(), read.mistakes);
    if (!wrong) wrong = print_mistakes(file.string(), mistakes_in(read.result.database));
    for (const auto& [name, p] : read.result.providers) {
        wrong = print_mistakes("providers." + name, mistakes_in(p)) || wrong;
        for (const auto& remark : remarks_on(p))
            std::cout << "providers." << name << ": " << remark << '\n';
    }
    for (const auto& exposed : exposed_files(read.result))
        std::cout << "warning: " << exposed << '\n';
    if (!wrong) std::cout << "the configuration has no mistakes\n";
    return wrong ? exit_status::bad_input : 0;
}

} // namespace

int check_command(const check_arguments& arguments) {
    if (arguments.keys) {
        std::cout << describe_settings();
        return 0;
    }
    return arguments.configuration_file.empty() ? check_binding(arguments.binding_file)
                                                : check_configuration(arguments.configuration_file);
}

} // namespace contego::daemon
