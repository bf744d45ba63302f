#pragma once

#include <map>
#include <string>
#include <string_view>

namespace contego::daemon {

/// Returns whether the text is a time from 00:00 to 23:59.
[[nodiscard]] inline bool is_local_time(std::string_view text) {
    if (text.size() != 5 || text[2] != ':' || text.find_first_not_of("0123456789:") != std::string_view::npos)
        return false;
    return text.find(':', 3) == std::string_view::npos && text[0] != ':' && text[1] != ':' &&
           text.substr(0, 2) <= "23" && text.substr(3) <= "59";
}

/// Stores `HH:MM-HH:MM` as quiet_from and quiet_until. Returns the mistake, or an empty text.
[[nodiscard]] inline std::string read_quiet_hours(std::map<std::string, std::string>& settings,
                                                  const std::string& text) {
    const auto dash = text.find('-');
    if (dash == std::string::npos || !is_local_time(std::string_view(text).substr(0, dash)) ||
        !is_local_time(std::string_view(text).substr(dash + 1)))
        return "must be two local times, such as 22:00-07:00 (was " + text + ')';
    settings["quiet_from"] = text.substr(0, dash);
    settings["quiet_until"] = text.substr(dash + 1);
    return {};
}

} // namespace contego::daemon
