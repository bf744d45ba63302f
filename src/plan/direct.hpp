#pragma once

#include "plan/findings.hpp"
#include <contego/command.hpp>
#include <contego/limits.hpp>

namespace contego::planning {

/// Returns the command that the CRM requested by its code, with the defaults filled in. Do not use it if a
/// violation was found.
[[nodiscard]] command
direct(command_type type, const value::object& parameters, const limits& site, findings& found);

} // namespace contego::planning
