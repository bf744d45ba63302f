#include "queue/examination.hpp"

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
    "unnest('{claim,give_back_lost,record,join_fleet,renew_lease,neighbours,declare_dead,rescue,take_share,"
    "make_months,drop_month,leave_fleet}'::text[]) AS f (name)"
    " LEFT JOIN pg_proc AS p ON p.proname = f.name AND p.pronamespace = to_regnamespace('contego')"
    " UNION ALL"
    " SELECT 'SELECT', 'contego.migration', c.oid IS NOT NULL, coalesce(has_table_privilege(c.oid, "
    "'SELECT'), false)"
    " FROM (SELECT) AS one"
    " LEFT JOIN pg_class AS c ON c.relname = 'migration' AND c.relnamespace = to_regnamespace('contego')"
    " UNION ALL"
    " SELECT 'SELECT (' || f.name || ')', 'contego.request_open', c.oid IS NOT NULL,"
    "        coalesce(has_column_privilege(c.oid, f.name, 'SELECT'), false)"
    " FROM unnest('{provider,progress,scheduled_date}'::text[]) AS f (name)"
    " LEFT JOIN pg_class AS c ON c.relname = 'request_open' AND c.relnamespace = to_regnamespace('contego')"};

constexpr statement read_backlog{"read_backlog",
                                 "SELECT provider, due, held, retrying, blocked,"
                                 "       coalesce(extract(epoch FROM oldest_due_age), 0)::double precision"
                                 " FROM contego.queue_health ORDER BY provider"};

constexpr statement read_stuck{
    "read_stuck",
    "SELECT (SELECT count(*) FROM contego.stuck AS s WHERE s.progress = 'IN_FLIGHT'),"
    "       (SELECT count(*) FROM contego.in_flight AS f WHERE f.daemon_lives IS NOT TRUE),"
    "       count(*), coalesce(extract(epoch FROM max(b.blocked_for)), 0)::double precision"
    " FROM contego.blocked_lane AS b"};

// A lease that another daemon ended is minus infinity, which is no number.
constexpr statement read_daemons{"read_daemons",
                                 "SELECT name, host,"
                                 "       extract(epoch FROM greatest(lease_until, now() - interval '1 year') "
                                 "- clock_timestamp())::double precision"
                                 " FROM contego.daemon ORDER BY id"};

} // namespace

std::vector<std::string> examination::invalid_indexes() {
    std::vector<std::string> all;
    for (const auto& row : ask(read_invalid_indexes))
        all.emplace_back(row[0].c_str());
    return all;
}

std::vector<catalog_entry> examination::catalog() {
    return look("read_catalog", [](pqxx::transaction_base& tx) {
        std::vector<catalog_entry> all;
        for (const auto& row : tx.exec(read_catalog_sql()))
            all.push_back({row[0].c_str(), row[1].c_str(), row[2].c_str()});
        return all;
    });
}

std::vector<right> examination::rights() {
    std::vector<right> all;
    for (const auto& row : ask(read_rights))
        all.push_back({row[0].c_str(), row[1].c_str(), row[2].as<bool>(), row[3].as<bool>()});
    return all;
}

std::vector<provider_backlog> examination::backlog() {
    std::vector<provider_backlog> all;
    for (const auto& row : ask(read_backlog))
        all.push_back({row[0].c_str(),
                       row[1].as<std::int64_t>(),
                       row[2].as<std::int64_t>(),
                       row[3].as<std::int64_t>(),
                       row[4].as<std::int64_t>(),
                       row[5].as<double>()});
    return all;
}

stuck_figures examination::stuck() {
    const auto rows = ask(read_stuck);
    const auto& row = rows[0];
    return {
        row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), row[2].as<std::int64_t>(), row[3].as<double>()};
}

std::vector<daemon_figures> examination::daemons() {
    std::vector<daemon_figures> all;
    for (const auto& row : ask(read_daemons))
        all.push_back({row[0].c_str(), row[1].c_str(), row[2].as<double>()});
    return all;
}

} // namespace contego::queue
