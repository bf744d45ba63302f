#pragma once

#include <contego/command_list.hpp>
#include <contego/limits.hpp>
#include <contego/value.hpp>

#include <optional>
#include <string>

namespace contego::daemon {

/// Returns the commands of an action, or nothing after it printed why the request is refused.
[[nodiscard]] std::optional<command_list>
planned(const std::string& action, const value& parameters, const limits& site);

/// Returns whether the text is the code of a command. Prints the codes if it is not.
[[nodiscard]] bool is_command(const std::string& code);

} // namespace contego::daemon
