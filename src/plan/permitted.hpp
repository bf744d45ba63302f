#pragma once

#include "plan/distributions.hpp"
#include "plan/findings.hpp"
#include "plan/matrix.hpp"

namespace contego::planning {

/// Notes the changes that the action's row does not permit, and the changes that it requires but the request
/// lacks.
void check_permitted(const row& r, const asked& a, findings& found);

} // namespace contego::planning
