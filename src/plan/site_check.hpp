#pragma once

#include <contego/command_list.hpp>
#include <contego/limits.hpp>
#include <contego/violation.hpp>

#include <string_view>

namespace contego::planning {

/// Returns a sentence for each command of the plan that the site lacks, in the order of command_types.
[[nodiscard]] violations
unsupported(std::string_view action, const command_list& commands, const limits& site);

/// Returns a sentence for each parameter of the plan that the site cannot write: it has no place for the
/// parameter, or no row for its value.
[[nodiscard]] violations
unwritable(std::string_view action, const command_list& commands, const limits& site);

} // namespace contego::planning
