#pragma once

#include "plan/distributions.hpp"
#include "plan/findings.hpp"
#include "plan/matrix.hpp"
#include "plan/step.hpp"
#include <contego/limits.hpp>

namespace contego::planning {

/// Returns the steps that pair the new items, in the order of the distributions.
///
/// If the choice depends on a pairing that the CRM does not know, the CAS is asked first. Both branches are
/// planned then, each with its condition. Do not use the steps if a violation was found.
[[nodiscard]] steps pairings(const row& r, const asked& a, const limits& site, findings& found);

} // namespace contego::planning
