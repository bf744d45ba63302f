#pragma once

#include "diagnosis/examination.hpp"
#include "doctor/finding.hpp"

namespace contego::daemon {

// What figures of the database server mean. Pure: the same figures always give the same findings, at least
// one.

[[nodiscard]] findings check_server(const queue::server_stats& f);

/// Beyond 1 s a warning, beyond 5 s an error: log, metrics and dates of the CAS then tell another story than
/// the tables. What asking took is given to the clock's favour.
[[nodiscard]] findings check_clock(const queue::clock_stats& f);

/// What an answered CAS and a crash of the database's machine may cost.
[[nodiscard]] findings check_durability(const queue::durability_stats& f);

/// `needed` is what one daemon with this configuration opens.
[[nodiscard]] findings check_connections(const std::vector<queue::connection_room>& rooms,
                                         std::int64_t needed);

/// Whether autovacuum runs at all, and on every table.
[[nodiscard]] findings check_autovacuum(const queue::vacuum_stats& f);

/// Dead rows of the tables through which every request goes, against the number that brings autovacuum.
[[nodiscard]] findings check_dead_rows(const queue::vacuum_stats& f);

/// Tables with rows of which the planner knows nothing.
[[nodiscard]] findings check_statistics(const queue::vacuum_stats& f);

/// Who has a lock that the daemons wait for. For more than a second is worth a warning, for more than ten an
/// error.
[[nodiscard]] findings check_notifications(const queue::notification_stats& f);

[[nodiscard]] findings check_locks(const std::vector<queue::lock_holder>& holders);

/// Who keeps dead rows from being removed. `longest` is how old a transaction may be, in seconds; beyond
/// twelve times that it is an error.
[[nodiscard]] findings check_horizon(const std::vector<queue::horizon_holder>& holders, double longest);

} // namespace contego::daemon
