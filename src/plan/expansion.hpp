#pragma once

#include "plan/findings.hpp"
#include "plan/matrix.hpp"
#include <contego/command_list.hpp>
#include <contego/limits.hpp>

namespace contego::planning {

/// Returns the commands of a CRM action in the order of sending: pairing, ADD, CANCEL; or CANCEL first if the
/// request asks for it. Empty if a violation was found.
[[nodiscard]] command_list
expand(const row& r, const value::object& parameters, const limits& site, findings& found);

} // namespace contego::planning
