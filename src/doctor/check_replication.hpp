#pragma once

#include "diagnosis/examination.hpp"
#include "doctor/finding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace contego::daemon {

/// One of the hosts in database.connection, and what it said.
struct asked_host {
    std::string name;
    std::optional<queue::host_stats> said; ///< empty if it could not be asked
    std::string trouble;                   ///< why it could not be asked
};

// These functions judge facts about replication. They are pure, as those of check_database.hpp.

/// Judges the hosts that database.connection names, if it names several. Two servers that accept writes are
/// an error, and so are servers of different clusters. Two hosts that lead to the same server, as two proxies
/// do, are not. `may_reach_a_standby` tells that the connection may end at a host that accepts no writes.
[[nodiscard]] findings check_hosts(const std::vector<asked_host>& hosts, bool may_reach_a_standby);

/// Judges publications that make writes fail, and replication slots that keep more WAL than max_wal_size. A
/// slot that is not in use and may keep WAL without a limit is an error if it keeps ten times max_wal_size.
[[nodiscard]] findings check_replication(const std::vector<queue::publication_fault>& faults,
                                         const std::vector<queue::slot_stats>& slots);

} // namespace contego::daemon
