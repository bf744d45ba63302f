#pragma once

#include <contego/command_list.hpp>
#include <contego/limits.hpp>

#include <cstddef>
#include <variant>

namespace contego::planning {

/// Replaces each command whose calls take one item of each list by one command for each pair of a smartcard
/// and an STB: all STBs with the first smartcard, then all with the second. If the command has only one of
/// the lists, there is one command for each of its items. The condition of a command is that of all its
/// parts.
///
/// The parts are commands of their own. Their order, the record of finished commands, and the place at which
/// the request goes on are therefore those of any commands. Returns only the number of commands if there
/// would be more than most_commands.
[[nodiscard]] std::variant<command_list, std::size_t> one_by_one(command_list commands, const limits& site);

} // namespace contego::planning
