#pragma once

#include "plan/findings.hpp"
#include <contego/command.hpp>
#include <contego/limits.hpp>

namespace contego::planning {

/// The command that the CRM asked for by its code, with the defaults filled in. It is of no use once
/// something was found.
[[nodiscard]] command
direct(command_type type, const value::object& parameters, const limits& site, findings& found);

} // namespace contego::planning
