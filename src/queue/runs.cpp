#include "queue/runs.hpp"

#include "database/pqxx.hpp"
#include "json/json.hpp"

namespace contego::queue {
namespace {

constexpr statement start_run{
    "start_run",
    "SELECT s.run, s.is_new, s.card_count, s.duplicates, s.opens_date, s.lasts"
    " FROM (SELECT $1::jsonb AS j) AS g,"
    " LATERAL contego.start_run("
    "     action => j ->> 'action',"
    "     cards => CASE WHEN j ? 'cards' THEN ARRAY(SELECT jsonb_array_elements_text(j -> 'cards')) END,"
    "     query => j ->> 'query', columns => j -> 'columns', parameters => j -> 'parameters',"
    "     provider => j ->> 'provider', priority => j ->> 'priority',"
    "     pace => (j ->> 'pace')::double precision, most_in_flight => (j ->> 'most_in_flight')::integer,"
    "     from_date => (j ->> 'from_date')::timestamptz, until_date => (j ->> 'until_date')::timestamptz,"
    "     quiet_from => (j ->> 'quiet_from')::time, quiet_until => (j ->> 'quiet_until')::time,"
    "     time_zone => j ->> 'time_zone', process_name => j ->> 'process_name',"
    "     process_id => j ->> 'process_id', reason => j ->> 'reason',"
    "     idempotency_key => j ->> 'idempotency_key', dry_run => (j -> 'dry_run')::boolean) AS s"};

constexpr statement preview_run{
    "preview_run",
    "WITH given AS MATERIALIZED (SELECT $1::jsonb AS j),"
    " of_cards AS MATERIALIZED ("
    "     SELECT CASE WHEN j ? 'cards' THEN ARRAY(SELECT jsonb_array_elements_text(j -> 'cards')) END AS "
    "cards,"
    "            NULL::jsonb[] AS own FROM given WHERE j ? 'cards'"
    "     UNION ALL"
    "     SELECT r.cards, r.own FROM given, LATERAL contego.read_cards(j ->> 'query', j -> 'columns') AS r"
    "     WHERE j ? 'query')"
    " SELECT c.card, contego.run_parameters(j ->> 'action', c.card, j -> 'parameters', c.own)"
    " FROM given, of_cards AS o, LATERAL unnest(o.cards, o.own) AS c (card, own)"};

constexpr statement revert_run{
    "revert_run",
    "SELECT r.new_run, r.cards, r.commands, r.left_alone, r.not_undone"
    " FROM (SELECT $1::jsonb AS j) AS g,"
    " LATERAL contego.revert("
    "     run => (j ->> 'run')::bigint, filter => j -> 'filter', reason => j ->> 'reason',"
    "     pace => coalesce((j ->> 'pace')::double precision, 20), priority => j ->> 'priority',"
    "     from_date => (j ->> 'from_date')::timestamptz, until_date => (j ->> 'until_date')::timestamptz,"
    "     quiet_from => (j ->> 'quiet_from')::time, quiet_until => (j ->> 'quiet_until')::time,"
    "     time_zone => j ->> 'time_zone',"
    "     cancel_unknown => coalesce((j ->> 'cancel_unknown')::boolean, false)) AS r"};

constexpr statement preview_of_revert{
    "preview_revert",
    "SELECT p.card, p.effect, p.kind, p.name, p.end_date, p.why"
    " FROM (SELECT $1::jsonb AS j) AS g,"
    " LATERAL contego.preview_revert("
    "     run => (j ->> 'run')::bigint, filter => j -> 'filter',"
    "     cancel_unknown => coalesce((j ->> 'cancel_unknown')::boolean, false)) AS p"};

constexpr statement list_renewals{
    "list_renewals",
    "SELECT provider, service, active, windows,"
    "       replace(ahead || ' ahead, by ' || extend_by, ' mon', ' month')"
    "       || coalesce(' to the end of the ' || to_end_of, '')"
    "       || CASE WHEN plus <> '0' THEN ' plus ' || replace(plus::text, ' mon', ' month') ELSE '' END"
    "       || ' in ' || time_zone || ', at most ' || pace || ' requests per second'"
    "       || CASE WHEN quiet_from IS NULL THEN ''"
    "               ELSE ', quiet ' || left(quiet_from::text, 5) || '-' || left(quiet_until::text, 5) END,"
    "       concat_ws('; ', 'run ' || run || coalesce(' ' || state, ''), CASE WHEN active THEN why END)"
    " FROM contego.renewals ORDER BY provider, service"};

constexpr statement change_run{"change_run",
                               "SELECT before, after, refused"
                               " FROM contego.change_run($1, $2, nullif($3, ''))"};

constexpr statement count_open_differences{"count_open_differences",
                                           "SELECT count(*) FROM contego.drift"
                                           " WHERE reconciliation = $1 AND state IN ('open', 'queued')"};

constexpr statement list_runs{
    "list_runs",
    "SELECT run, action, state, why, cards, waiting, in_flight, held, maybe_sent, done, failed, cancelled,"
    "       percent, rate, date_trunc('second', estimated_date), created_by,"
    "       date_trunc('second', created_date)"
    " FROM contego.run_progress WHERE run = $1 OR $1 IS NULL ORDER BY run DESC LIMIT 50"};

constexpr statement list_errors{"list_errors",
                                "SELECT progress, error_code, cards, example FROM contego.run_error"
                                " WHERE run = $1 ORDER BY cards DESC, error_code"};

std::string text_of(const pqxx::field& f) {
    return f.is_null() ? std::string() : std::string(f.c_str());
}

std::int64_t number_of(const pqxx::field& f) {
    return f.is_null() ? 0 : f.as<std::int64_t>();
}

run_progress progress_of(const pqxx::row& row) {
    run_progress p;
    p.run = number_of(row[0]);
    p.action = text_of(row[1]);
    p.state = text_of(row[2]);
    p.why = text_of(row[3]);
    p.cards = number_of(row[4]);
    p.waiting = number_of(row[5]);
    p.in_flight = number_of(row[6]);
    p.held = number_of(row[7]);
    p.maybe_sent = number_of(row[8]);
    p.done = number_of(row[9]);
    p.failed = number_of(row[10]);
    p.cancelled = number_of(row[11]);
    p.percent = row[12].as<double>();
    p.rate = text_of(row[13]);
    p.estimated_date = text_of(row[14]);
    p.created_by = text_of(row[15]);
    p.created_date = text_of(row[16]);
    return p;
}

} // namespace

runs::runs(database_options options) : connection_(std::move(options)) {}

run_start runs::start(const value::object& settings) {
    const auto rows = connection_->call(start_run, json::write(settings));
    const auto& row = rows[0];
    run_start said;
    if (!row[0].is_null()) said.run = row[0].as<std::int64_t>();
    said.is_new = row[1].as<bool>();
    said.cards = number_of(row[2]);
    said.duplicates = number_of(row[3]);
    said.opens_date = text_of(row[4]);
    said.lasts = text_of(row[5]);
    return said;
}

void runs::preview(const value::object& settings,
                   const std::function<void(std::string_view, std::string_view)>& work) {
    for (const auto& row : connection_->call(preview_run, json::write(settings)))
        work(row[0].c_str(), row[1].c_str());
}

revert_start runs::revert(const value::object& settings) {
    const auto rows = connection_->call(revert_run, json::write(settings));
    const auto& row = rows[0];
    revert_start said;
    if (!row[0].is_null()) said.run = row[0].as<std::int64_t>();
    said.cards = number_of(row[1]);
    said.commands = number_of(row[2]);
    said.left_alone = number_of(row[3]);
    said.not_undone = number_of(row[4]);
    return said;
}

void runs::preview_revert(const value::object& settings,
                          const std::function<void(const revert_step&)>& work) {
    for (const auto& row : connection_->call(preview_of_revert, json::write(settings)))
        work({text_of(row[0]),
              text_of(row[1]),
              text_of(row[2]),
              text_of(row[3]),
              text_of(row[4]),
              text_of(row[5])});
}

std::vector<renewal_policy> runs::renewals() {
    std::vector<renewal_policy> all;
    for (const auto& row : connection_->call(list_renewals))
        all.push_back({text_of(row[0]),
                       text_of(row[1]),
                       row[2].as<bool>(),
                       number_of(row[3]),
                       text_of(row[4]),
                       text_of(row[5])});
    return all;
}

run_effect runs::change(std::int64_t run, const std::string& verb, const std::string& reason) {
    const auto rows = connection_->call(change_run, run, verb, reason);
    const auto& row = rows[0];
    return {text_of(row[0]), text_of(row[1]), text_of(row[2])};
}

std::int64_t runs::open_differences(std::int64_t run) {
    return number_of(connection_->call(count_open_differences, run)[0][0]);
}

std::vector<run_progress> runs::list(std::optional<std::int64_t> run) {
    std::vector<run_progress> all;
    for (const auto& row : connection_->call(list_runs, run))
        all.push_back(progress_of(row));
    return all;
}

std::vector<run_error> runs::errors(std::int64_t run) {
    std::vector<run_error> all;
    for (const auto& row : connection_->call(list_errors, run))
        all.push_back({text_of(row[0]), text_of(row[1]), number_of(row[2]), text_of(row[3])});
    return all;
}

} // namespace contego::queue
