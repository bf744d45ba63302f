#include "cli/setting_options.hpp"

#include <algorithm>
#include <string_view>

namespace contego::daemon {
namespace {

/// Returns whether the text is a time from 00:00 to 23:59.
bool is_local_time(std::string_view text) {
    if (text.size() != 5 || text[2] != ':' || text.find_first_not_of("0123456789:") != std::string_view::npos)
        return false;
    return text.find(':', 3) == std::string_view::npos && text[0] != ':' && text[1] != ':' &&
           text.substr(0, 2) <= "23" && text.substr(3) <= "59";
}

void read_quiet_hours(given_settings& settings, const std::string& text) {
    const auto dash = text.find('-');
    if (dash == std::string::npos || !is_local_time(std::string_view(text).substr(0, dash)) ||
        !is_local_time(std::string_view(text).substr(dash + 1)))
        throw CLI::ValidationError("--quiet-hours",
                                   "must be two local times, such as 22:00-07:00 (was " + text + ')');
    settings["quiet_from"] = text.substr(0, dash);
    settings["quiet_until"] = text.substr(dash + 1);
}

} // namespace

void add_setting(CLI::App& to, given_settings& settings, const setting_option& setting) {
    std::string member = setting.name;
    std::ranges::replace(member, '-', '_');
    to.add_option_function<std::string>(
          std::string("--") + setting.name,
          [&settings, member](const std::string& text) { settings[member] = text; },
          setting.help)
        ->type_name(setting.type);
}

void add_quiet_hours(CLI::App& to, given_settings& settings, const char* help) {
    to.add_option_function<std::string>(
          "--quiet-hours", [&settings](const std::string& text) { read_quiet_hours(settings, text); }, help)
        ->type_name("HH:MM-HH:MM")
        ->needs("--time-zone");
}

void add_configuration(CLI::App& to, std::filesystem::path& file) {
    to.add_option("--config", file, "configuration file")->required()->type_name("FILE");
}

void add_reason(CLI::App& to, std::string& reason) {
    to.add_option("--reason", reason, "reason, which contego.operator_action keeps")->type_name("TEXT");
}

void add_watch(CLI::App& to, bool& watch) {
    to.add_flag("--watch", watch, "show the progress until the run ends or pauses");
}

} // namespace contego::daemon
