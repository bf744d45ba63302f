#pragma once

#include "plan/distributions.hpp"
#include "plan/findings.hpp"
#include "plan/matrix.hpp"
#include <contego/command.hpp>
#include <contego/limits.hpp>

#include <vector>

namespace contego::planning {

/// The commands that pair what the action brought together, in the order of the distributions. Where the
/// choice hangs on a pairing that the CRM does not know, the CAS is asked first and both branches are
/// planned, each with its condition. They are of no use once something was found.
[[nodiscard]] std::vector<command>
pairings(const row& r, const asked& a, const limits& site, findings& found);

} // namespace contego::planning
