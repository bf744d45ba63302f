#pragma once

#include <map>
#include <string>

namespace contego::daemon {

/// Stores `HH:MM-HH:MM` as quiet_from and quiet_until. Returns the mistake, or an empty text.
[[nodiscard]] inline std::string read_quiet_hours(std::map<std::string, std::string>& settings,
                                                  const std::string& text) {
    const auto dash = text.find('-');
    if (dash == std::string::npos) return "must be two local times, such as 22:00-07:00";
    settings["quiet_from"] = text.substr(0, dash);
    settings["quiet_until"] = text.substr(dash + 1);
    return {};
}

} // namespace contego::daemon
