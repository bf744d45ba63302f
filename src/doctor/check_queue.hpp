#pragma once

#include "diagnosis/examination.hpp"
#include "doctor/finding.hpp"

#include <set>
#include <string>
#include <vector>

namespace contego::daemon {

// These functions judge the state of the queue. They are pure and return at least one finding.

/// `configured` holds the providers that this configuration serves.
[[nodiscard]] findings check_queue(const std::vector<queue::provider_backlog>& all,
                                   const queue::stuck_stats& stuck,
                                   const std::set<std::string>& configured);

[[nodiscard]] findings check_lineage(const queue::lineage_stats& lineage);

/// `due` is the number of requests that wait for a daemon.
[[nodiscard]] findings check_daemons(const std::vector<queue::daemon_stats>& all, std::int64_t due);

} // namespace contego::daemon
