#pragma once

#include "plan/findings.hpp"
#include "plan/matrix.hpp"
#include <contego/command.hpp>
#include <contego/limits.hpp>

#include <vector>

namespace contego::planning {

/// The commands of a CRM action in the order of sending: pairing, ADD, CANCEL, or CANCEL first where that is
/// asked for. None once something was found.
[[nodiscard]] std::vector<command>
expand(const row& r, const value::object& parameters, const limits& site, findings& found);

} // namespace contego::planning
