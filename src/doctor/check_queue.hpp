#pragma once

#include "diagnosis/examination.hpp"
#include "doctor/finding.hpp"

#include <set>
#include <string>
#include <vector>

namespace contego::daemon {

// What the state of the queue means. Pure; at least one finding each.

/// `configured` are the providers that this configuration serves.
[[nodiscard]] findings check_queue(const std::vector<queue::provider_backlog>& all,
                                   const queue::stuck_stats& stuck,
                                   const std::set<std::string>& configured);

/// `due` requests wait for a daemon.
[[nodiscard]] findings check_daemons(const std::vector<queue::daemon_stats>& all, std::int64_t due);

} // namespace contego::daemon
