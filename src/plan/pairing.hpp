#pragma once

#include "plan/distributions.hpp"
#include "plan/findings.hpp"
#include "plan/matrix.hpp"
#include "plan/step.hpp"
#include <contego/limits.hpp>

namespace contego::planning {

/// The steps that pair what the action brought together, in the order of the distributions. Where the
/// choice hangs on a pairing that the CRM does not know, the CAS is asked first and both branches are
/// planned, each with its condition. They are of no use once something was found.
[[nodiscard]] steps pairings(const row& r, const asked& a, const limits& site, findings& found);

} // namespace contego::planning
