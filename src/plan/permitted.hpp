#pragma once

#include "plan/distributions.hpp"
#include "plan/findings.hpp"
#include "plan/matrix.hpp"

namespace contego::planning {

/// Notes what was asked for and the action's row does not permit, and what the row demands and was not asked
/// for.
void check_permitted(const row& r, const asked& a, findings& found);

} // namespace contego::planning
