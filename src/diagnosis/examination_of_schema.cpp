#include "database/pqxx.hpp"
#include "diagnosis/examination.hpp"
#include "json/json.hpp"

#include <limits>

namespace contego::queue {
namespace {

constexpr statement read_invalid_indexes{
    "read_invalid_indexes",
    "SELECT c.relname"
    " FROM pg_index AS i"
    " JOIN pg_class AS c ON c.oid = i.indexrelid"
    " JOIN pg_namespace AS n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'contego' AND NOT (i.indisvalid AND i.indisready)"
    " ORDER BY c.relname"};

constexpr statement read_rights{
    "read_rights",
    "SELECT 'USAGE', 'SCHEMA contego', n.oid IS NOT NULL, coalesce(has_schema_privilege(n.oid, 'USAGE'), "
    "false)"
    " FROM (SELECT) AS one"
    " LEFT JOIN pg_namespace AS n ON n.nspname = 'contego'"
    " UNION ALL"
    " SELECT 'EXECUTE', 'FUNCTION contego.' || f.name, p.oid IS NOT NULL, "
    "coalesce(has_function_privilege(p.oid, 'EXECUTE'), false)"
    " FROM "
    "unnest('{claim,give_back_lost,hold_unreadable,lock_holders,record,recordable,hold_unrecordable,join_"
    "fleet,claiming_stopped,numbers,poll,feed_runs,keep_ledger,open_drift,try_claim,publication_faults,"
    "renew_lease,neighbours,declare_dead,rescue,number_finished,seal_audit,write_outage,take_share,make_"
    "months,drop_month,leave_fleet}'::text[]) AS "
    "f (name)"
    " LEFT JOIN pg_proc AS p ON p.proname = f.name AND p.pronamespace = to_regnamespace('contego')"
    " UNION ALL"
    " SELECT 'SELECT', 'contego.' || f.name, c.oid IS NOT NULL, coalesce(has_table_privilege(c.oid, "
    "'SELECT'), false)"
    " FROM unnest('{migration,definition}'::text[]) AS f (name)"
    " LEFT JOIN pg_class AS c ON c.relname = f.name AND c.relnamespace = to_regnamespace('contego')"
    " UNION ALL"
    " SELECT 'SELECT (' || f.name || ')', 'contego.request_open', c.oid IS NOT NULL,"
    "        coalesce(has_column_privilege(c.oid, f.name, 'SELECT'), false)"
    " FROM unnest('{provider,progress,scheduled_date}'::text[]) AS f (name)"
    " LEFT JOIN pg_class AS c ON c.relname = 'request_open' AND c.relnamespace = to_regnamespace('contego')"};

// The view contego.queue_health is not used, because it searches the finished requests for each provider name
// that a CRM ever inserted.
constexpr statement read_backlog{
    "read_backlog",
    "WITH known AS (SELECT jsonb_array_elements_text($1::jsonb) AS provider),"
    " counted AS ("
    "     SELECT provider, count(*) AS requests, count(*) FILTER (WHERE goes_on) AS due,"
    "            count(*) FILTER (WHERE progress = 'HELD') AS held,"
    "            count(*) FILTER (WHERE progress = 'RETRYING') AS retrying,"
    "            count(*) FILTER (WHERE progress = 'BLOCKED') AS blocked,"
    "            min(scheduled_date) FILTER (WHERE goes_on AND isfinite(scheduled_date)) AS earliest"
    "     FROM (SELECT provider, progress, scheduled_date,"
    "                  progress IN ('QUEUED', 'BLOCKED', 'IN_FLIGHT', 'RETRYING')"
    "                  AND scheduled_date <= now() AS goes_on"
    "           FROM contego.request_open) AS o"
    "     GROUP BY provider),"
    " named AS ("
    "     SELECT provider FROM known"
    "     UNION ALL"
    "     (SELECT provider FROM counted WHERE provider NOT IN (SELECT k.provider FROM known AS k)"
    "      ORDER BY requests DESC, provider LIMIT 20))"
    " SELECT coalesce(n.provider, $2), sum(due)::bigint, sum(held)::bigint, sum(retrying)::bigint,"
    "        sum(blocked)::bigint, coalesce(extract(epoch FROM now() - min(earliest)), 0)::double precision,"
    "        count(*)"
    " FROM counted AS c"
    " LEFT JOIN named AS n ON n.provider = c.provider"
    " GROUP BY n.provider"
    " ORDER BY n.provider NULLS LAST"};

constexpr statement read_lineage{"read_lineage",
                                 "SELECT coalesce((SELECT because FROM contego.claiming_stopped()), '')"};

constexpr statement read_numbers{"read_numbers",
                                 "SELECT sequence FROM contego.numbers() WHERE given < in_use ORDER BY 1"};

constexpr statement read_stuck{
    "read_stuck",
    "SELECT (SELECT count(*) FROM contego.stuck AS s WHERE s.progress = 'IN_FLIGHT'),"
    "       (SELECT count(*) FROM contego.in_flight AS f WHERE f.daemon_lives IS NOT TRUE),"
    "       count(*), coalesce(extract(epoch FROM max(b.blocked_for)), 0)::double precision"
    " FROM contego.blocked_lane AS b"};

// A lease of minus infinity was given up or ended. It has no time that could be told.
constexpr statement read_daemons{
    "read_daemons",
    "SELECT name, host, CASE WHEN lease_until > '-infinity' THEN"
    "       extract(epoch FROM least(lease_until, now() + interval '100 years') - clock_timestamp())"
    "       END::double precision"
    " FROM contego.daemon ORDER BY id"};

double seconds_or_ended(const pqxx::field& lease_left) {
    return lease_left.is_null() ? -std::numeric_limits<double>::infinity() : lease_left.as<double>();
}

} // namespace

std::vector<std::string> examination::invalid_indexes() {
    std::vector<std::string> all;
    for (const auto& row : connection_->call_in_transaction(read_invalid_indexes))
        all.emplace_back(row[0].c_str());
    return all;
}

std::vector<catalog_entry> examination::catalog() {
    std::vector<catalog_entry> all;
    for (const auto& row : connection_->call_in_transaction({"read_catalog", read_catalog_sql()}))
        all.push_back({row[0].c_str(), row[1].c_str(), row[2].c_str()});
    return all;
}

std::vector<right> examination::rights() {
    std::vector<right> all;
    for (const auto& row : connection_->call_in_transaction(read_rights))
        all.push_back({row[0].c_str(), row[1].c_str(), row[2].as<bool>(), row[3].as<bool>()});
    return all;
}

std::vector<provider_backlog> examination::backlog(const std::vector<std::string>& known) {
    const auto names = json::write(value::list(known.begin(), known.end()));
    std::vector<provider_backlog> all;
    for (const auto& row :
         connection_->call_in_transaction(read_backlog, names, std::string(unknown_provider)))
        all.push_back({row[0].c_str(),
                       row[1].as<std::int64_t>(),
                       row[2].as<std::int64_t>(),
                       row[3].as<std::int64_t>(),
                       row[4].as<std::int64_t>(),
                       row[5].as<double>(),
                       row[6].as<std::int64_t>()});
    return all;
}

stuck_stats examination::stuck() {
    const auto rows = connection_->call_in_transaction(read_stuck);
    const auto& row = rows[0];
    return {
        row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(), row[3].as<double>()};
}

lineage_stats examination::lineage() {
    lineage_stats all{connection_->call_in_transaction(read_lineage)[0][0].c_str(), {}};
    for (const auto& row : connection_->call_in_transaction(read_numbers))
        all.behind.emplace_back(row[0].c_str());
    return all;
}

std::vector<daemon_stats> examination::daemons() {
    std::vector<daemon_stats> all;
    for (const auto& row : connection_->call_in_transaction(read_daemons))
        all.push_back({row[0].c_str(), row[1].c_str(), seconds_or_ended(row[2])});
    return all;
}

} // namespace contego::queue
