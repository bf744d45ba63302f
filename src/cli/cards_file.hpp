#pragma once

#include <contego/value.hpp>

#include <optional>
#include <string>

namespace contego::daemon {

/// Returns the lines of the file as a list of cards, without blanks and empty lines; `-` is standard input.
/// Nothing after it printed that the file cannot be read. `subcommand` begins that message.
[[nodiscard]] std::optional<value::list> cards_in(const std::string& name, const std::string& subcommand);

} // namespace contego::daemon
