#include "diagnosis/examination.hpp"

#include "database/pqxx.hpp"

#include <memory>
#include <utility>

namespace contego::queue {
namespace {

constexpr statement read_server{
    "read_server",
    "SELECT current_setting('server_version'), current_setting('server_version_num')::integer,"
    "       pg_is_in_recovery(), current_setting('default_transaction_read_only')::boolean,"
    "       current_user, current_database(), getdatabaseencoding()"};

constexpr statement read_host{
    "read_host",
    "SELECT system_identifier, pg_postmaster_start_time(), pg_is_in_recovery() FROM pg_control_system()"};

constexpr statement read_clock{"read_clock",
                               "SELECT extract(epoch FROM clock_timestamp())::double precision"};

constexpr statement read_durability{"read_durability",
                                    "SELECT current_setting('fsync'), current_setting('full_page_writes'),"
                                    "       current_setting('synchronous_commit')"};

// The sessions are not counted by backend_type, which pg_stat_activity hides from a login without
// pg_read_all_stats.
constexpr statement read_connections{
    "read_connections",
    "WITH client AS ("
    "    SELECT datid, usesysid FROM pg_stat_activity WHERE datid IS NOT NULL AND usesysid IS NOT NULL)"
    " SELECT 'the server', current_setting('max_connections')::bigint"
    "        - current_setting('superuser_reserved_connections')::bigint"
    "        - coalesce(current_setting('reserved_connections', true), '0')::bigint,"
    "        (SELECT count(*) FROM client)"
    " UNION ALL"
    " SELECT 'the database', d.datconnlimit, (SELECT count(*) FROM client AS c WHERE c.datid = d.oid)"
    " FROM pg_database AS d WHERE d.datname = current_database() AND d.datconnlimit >= 0"
    " UNION ALL"
    " SELECT 'the login', r.rolconnlimit, (SELECT count(*) FROM client AS c WHERE c.usesysid = r.oid)"
    " FROM pg_roles AS r WHERE r.rolname = session_user AND r.rolconnlimit >= 0"};

constexpr statement read_vacuum{"read_vacuum",
                                "SELECT current_setting('autovacuum')::boolean,"
                                "       current_setting('track_counts')::boolean"};

// The settings of a table override those of the server.
constexpr statement read_tables{
    "read_tables",
    "SELECT c.relname, s.n_live_tup, s.n_dead_tup,"
    "       coalesce(o.threshold, current_setting('autovacuum_vacuum_threshold')::double precision)"
    "       + coalesce(o.factor, current_setting('autovacuum_vacuum_scale_factor')::double precision)"
    "         * greatest(c.reltuples, 0),"
    "       coalesce(o.enabled, true),"
    "       extract(epoch FROM now() - greatest(s.last_vacuum, s.last_autovacuum))::double precision,"
    "       coalesce(s.last_analyze, s.last_autoanalyze) IS NOT NULL"
    " FROM pg_class AS c"
    " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " JOIN pg_stat_all_tables AS s ON s.relid = c.oid"
    " CROSS JOIN LATERAL ("
    "     SELECT max(option_value) FILTER (WHERE option_name = 'autovacuum_enabled')::boolean AS enabled,"
    "            max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_threshold')"
    "                ::double precision AS threshold,"
    "            max(option_value) FILTER (WHERE option_name = 'autovacuum_vacuum_scale_factor')"
    "                ::double precision AS factor"
    "     FROM pg_options_to_table(c.reloptions)) AS o"
    " WHERE n.nspname = 'contego' AND c.relkind = 'r'"
    " ORDER BY c.relname"};

// Sessions of other databases keep no row of this one, nor does autovacuum, which has no login. Queries on a
// standby do; the process that sends to the standby has no database. A slot's catalog_xmin is left out,
// because it keeps rows of system catalogs only.
constexpr statement read_horizon{
    "read_horizon",
    "SELECT kind, name, who, state, extract(epoch FROM now() - since)::double precision, age(xid)"
    " FROM ("
    "     SELECT CASE WHEN a.datname IS NULL THEN 'standby' ELSE 'session' END AS kind, a.pid::text AS name,"
    "            concat_ws(', ', a.usename, nullif(a.application_name, ''), host(a.client_addr)) AS who,"
    "            coalesce(a.state, '') AS state, a.xact_start AS since,"
    "            CASE WHEN age(a.backend_xmin) > age(a.backend_xid) THEN a.backend_xmin"
    "                 ELSE coalesce(a.backend_xid, a.backend_xmin) END AS xid"
    "     FROM pg_stat_activity AS a"
    "     WHERE (a.datname IS NULL OR a.datname = current_database() AND a.usesysid IS NOT NULL)"
    "       AND a.pid <> pg_backend_pid()"
    "     UNION ALL"
    "     SELECT 'prepared transaction', p.gid, p.owner, 'prepared', p.prepared, p.transaction"
    "     FROM pg_prepared_xacts AS p WHERE p.database = current_database()"
    "     UNION ALL"
    "     SELECT 'replication slot', s.slot_name, coalesce(s.plugin, ''),"
    "            CASE WHEN s.active THEN 'active' ELSE 'not active' END, NULL, s.xmin"
    "     FROM pg_replication_slots AS s"
    " ) AS h"
    " WHERE xid IS NOT NULL"
    " ORDER BY age(xid) DESC"};

constexpr statement read_publication_faults{"read_publication_faults",
                                            "SELECT table_name, fault FROM contego.publication_faults()"};

// A slot that was never used keeps nothing: its restart_lsn is empty.
constexpr statement read_slots{
    "read_slots",
    "SELECT s.slot_name, s.active, coalesce(s.wal_status = 'lost', false),"
    "       coalesce(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
    "                                     ELSE pg_current_wal_lsn() END, s.restart_lsn), 0)::bigint,"
    "       megabytes.usual * 1048576, nullif(megabytes.at_most, -1) * 1048576"
    " FROM pg_replication_slots AS s"
    " CROSS JOIN (SELECT max(setting::bigint) FILTER (WHERE name = 'max_wal_size') AS usual,"
    "                    max(setting::bigint) FILTER (WHERE name = 'max_slot_wal_keep_size') AS at_most"
    "             FROM pg_settings WHERE name IN ('max_wal_size', 'max_slot_wal_keep_size')) AS megabytes"
    " ORDER BY s.slot_name"};

constexpr statement read_lock_holders{
    "read_lock_holders",
    "SELECT coalesce(pid::text, application),"
    "       concat_ws(', ', login, CASE WHEN pid IS NOT NULL THEN nullif(application, '') END, client),"
    "       coalesce(state, ''),"
    "       extract(epoch FROM clock_timestamp() - since)::double precision, holds"
    " FROM contego.lock_holders()"};

// PostgreSQL does not tell which session is furthest behind in the queue. It is most likely the session with
// the oldest transaction, because a session reads notifications between its transactions.
constexpr statement read_notifications{
    "read_notifications",
    "SELECT pg_notification_queue_usage(), coalesce(a.pid::text, ''),"
    "       concat_ws(', ', a.usename, nullif(a.application_name, ''), 'database ' || a.datname, "
    "a.client_addr),"
    "       extract(epoch FROM clock_timestamp() - a.xact_start)::double precision"
    " FROM (SELECT) AS one"
    " LEFT JOIN (SELECT * FROM pg_stat_activity"
    "            WHERE xact_start < clock_timestamp() - interval '1 second' AND pid <> pg_backend_pid() AND "
    "backend_type = 'client backend'"
    "            ORDER BY xact_start LIMIT 1) AS a ON true"};

std::optional<double> seconds_of(const pqxx::field& f) {
    return f.is_null() ? std::nullopt : std::optional(f.as<double>());
}

database_options watched(database_options options, std::chrono::milliseconds at_most) {
    options.overseer = std::make_shared<watchdog>();
    options.answer_timeout = at_most + std::chrono::seconds(1);
    return options;
}

// Added to the daemon's own settings. The definitions in the catalog are compared as they are written with
// this search_path.
constexpr std::string_view own_settings = "SET TRANSACTION READ ONLY;"
                                          " SET LOCAL search_path = pg_catalog;"
                                          " SET LOCAL client_min_messages = warning;"
                                          " SET LOCAL statement_timeout = ";

} // namespace

examination::examination(database_options options, std::chrono::milliseconds at_most)
    : connection_(watched(std::move(options), at_most),
                  std::string(own_settings) + std::to_string(at_most.count())) {}

server_stats examination::server() {
    const auto rows = connection_->call_in_transaction(read_server);
    const auto& row = rows[0];
    return {row[0].c_str(),
            row[1].as<int>(),
            row[2].as<bool>(),
            row[3].as<bool>(),
            row[4].c_str(),
            row[5].c_str(),
            row[6].c_str()};
}

host_stats examination::host() {
    const auto rows = connection_->call_in_transaction(read_host);
    return {rows[0][0].c_str(), rows[0][1].c_str(), rows[0][2].as<bool>()};
}

clock_stats examination::clock() {
    using std::chrono::system_clock;
    const auto since_epoch = [](system_clock::time_point t) {
        return std::chrono::duration<double>(t.time_since_epoch()).count();
    };
    return connection_->transact(read_clock.name, [&](pqxx::transaction_base& tx) {
        const auto before = since_epoch(system_clock::now());
        const auto theirs = tx.exec(read_clock.sql)[0][0].as<double>();
        const auto after = since_epoch(system_clock::now());
        return clock_stats{theirs - (before + after) / 2, (after - before) / 2};
    });
}

durability_stats examination::durability() {
    const auto rows = connection_->call_in_transaction(read_durability);
    return {rows[0][0].c_str(), rows[0][1].c_str(), rows[0][2].c_str()};
}

std::vector<connection_room> examination::connections() {
    std::vector<connection_room> all;
    for (const auto& row : connection_->call_in_transaction(read_connections))
        all.push_back({row[0].c_str(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>()});
    return all;
}

vacuum_stats examination::vacuum() {
    return connection_->transact(read_tables.name, [](pqxx::transaction_base& tx) {
        const auto settings = tx.exec(read_vacuum.sql);
        vacuum_stats all{settings[0][0].as<bool>(), settings[0][1].as<bool>(), {}};
        for (const auto& row : tx.exec(read_tables.sql))
            all.tables.push_back({row[0].c_str(),
                                  row[1].as<std::int64_t>(),
                                  row[2].as<std::int64_t>(),
                                  row[3].as<double>(),
                                  row[4].as<bool>(),
                                  seconds_of(row[5]),
                                  row[6].as<bool>()});
        return all;
    });
}

std::vector<publication_fault> examination::publication_faults() {
    std::vector<publication_fault> all;
    for (const auto& row : connection_->call_in_transaction(read_publication_faults))
        all.push_back({row[0].c_str(), row[1].c_str()});
    return all;
}

std::vector<slot_stats> examination::slots() {
    std::vector<slot_stats> all;
    for (const auto& row : connection_->call_in_transaction(read_slots))
        all.push_back({row[0].c_str(),
                       row[1].as<bool>(),
                       row[2].as<bool>(),
                       row[3].as<std::int64_t>(),
                       row[4].as<std::int64_t>(),
                       row[5].is_null() ? std::nullopt : std::optional(row[5].as<std::int64_t>())});
    return all;
}

std::vector<lock_holder> examination::lock_holders() {
    std::vector<lock_holder> all;
    for (const auto& row : connection_->call_in_transaction(read_lock_holders))
        all.push_back({row[0].c_str(), row[1].c_str(), row[2].c_str(), seconds_of(row[3]), row[4].c_str()});
    return all;
}

notification_stats examination::notifications() {
    const auto rows = connection_->call_in_transaction(read_notifications);
    const auto& row = rows[0];
    return {row[0].as<double>(), row[1].c_str(), row[2].c_str(), seconds_of(row[3])};
}

std::vector<horizon_holder> examination::horizon() {
    std::vector<horizon_holder> all;
    for (const auto& row : connection_->call_in_transaction(read_horizon))
        all.push_back({row[0].c_str(),
                       row[1].c_str(),
                       row[2].c_str(),
                       row[3].c_str(),
                       seconds_of(row[4]),
                       row[5].as<std::int64_t>()});
    return all;
}

} // namespace contego::queue
