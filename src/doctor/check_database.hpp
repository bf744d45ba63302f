#pragma once

#include "diagnosis/examination.hpp"
#include "doctor/finding.hpp"

namespace contego::daemon {

// These functions judge facts about the database server. They are pure: the same facts always give the same
// findings, at least one.

[[nodiscard]] findings check_server(const queue::server_stats& f);

/// Judges the difference between the clocks of this host and the database: more than 1 s is a warning, more
/// than 5 s an error. The log, the metrics and the dates of the CAS then disagree with the tables. The
/// uncertainty of the measurement is subtracted first.
[[nodiscard]] findings check_clock(const queue::clock_stats& f);

/// Judges the settings under which a crash of the database's machine loses an outcome that the CAS answered.
[[nodiscard]] findings check_durability(const queue::durability_stats& f);

/// `needed` is the number of connections that one daemon with this configuration opens.
[[nodiscard]] findings check_connections(const std::vector<queue::connection_room>& rooms,
                                         std::int64_t needed);

/// Judges whether autovacuum runs, and on every table.
[[nodiscard]] findings check_autovacuum(const queue::vacuum_stats& f);

/// Compares the dead rows of the tables through which every request passes with the number at which
/// autovacuum starts.
[[nodiscard]] findings check_dead_rows(const queue::vacuum_stats& f);

/// Judges whether a table with rows has no statistics for the planner.
[[nodiscard]] findings check_statistics(const queue::vacuum_stats& f);

/// More than half of the server's notification queue in use is a warning.
[[nodiscard]] findings check_notifications(const queue::notification_stats& f);

/// Judges sessions that hold a lock for which the daemons wait: more than 1 s is a warning, more than 10 s an
/// error.
[[nodiscard]] findings check_locks(const std::vector<queue::lock_holder>& holders);

/// Judges transactions that keep dead rows from being removed. One older than `longest` seconds is a warning,
/// and one older than twelve times that is an error.
[[nodiscard]] findings check_horizon(const std::vector<queue::horizon_holder>& holders, double longest);

} // namespace contego::daemon
