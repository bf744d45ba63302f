#include "queue/reconciliations.hpp"

#include "database/pqxx.hpp"
#include "json/json.hpp"

namespace contego::queue {
namespace {

constexpr statement start_reconciliation{
    "start_reconciliation",
    "SELECT s.reconciliation, s.card_count, s.opens_date, s.lasts"
    " FROM (SELECT $1::jsonb AS j) AS g,"
    " LATERAL contego.reconcile("
    "     cards => CASE WHEN j ? 'cards' THEN ARRAY(SELECT jsonb_array_elements_text(j -> 'cards')) END,"
    "     query => j ->> 'query', against => coalesce(j ->> 'against', 'ledger'), read => j ->> 'read',"
    "     provider => j ->> 'provider', priority => j ->> 'priority', pace => coalesce((j ->> "
    "'pace')::double precision, 50),"
    "     most_in_flight => (j ->> 'most_in_flight')::integer,"
    "     from_date => (j ->> 'from_date')::timestamptz, until_date => (j ->> 'until_date')::timestamptz,"
    "     quiet_from => (j ->> 'quiet_from')::time, quiet_until => (j ->> 'quiet_until')::time,"
    "     time_zone => j ->> 'time_zone', heal_at_most_cards => (j ->> 'heal_at_most_cards')::integer,"
    "     heal_at_most_percent => (j ->> 'heal_at_most_percent')::double precision,"
    "     unknown_codes => coalesce(string_to_array(j ->> 'unknown_codes', ','),"
    "                               '{CLIENT_NOT_FOUND,CLIENT_NOT_MANAGED_BY_SMS}'),"
    "     reason => j ->> 'reason', dry_run => (j -> 'dry_run')::boolean) AS s"};

// The errors are those of cards that were not compared. A card that the CAS does not know was compared.
constexpr statement list_reconciliations{
    "list_reconciliations",
    "SELECT n.reconciliation, n.heals, n.against, n.state, n.why, n.cards, n.compared, n.unlike, "
    "n.passed_over,"
    "       n.failed,"
    "       concat_ws(', ', nullif(n.missing, 0) || ' missing', nullif(n.extra, 0) || ' extra',"
    "                 nullif(n.wrong_window, 0) || ' wrong_window', nullif(n.wrong_pairing, 0) || ' "
    "wrong_pairing',"
    "                 nullif(n.unknown_card, 0) || ' unknown_card'),"
    "       CASE WHEN n.compared > n.unknown_card THEN"
    "           concat_ws('; ',"
    "               CASE WHEN NOT n.services_returned THEN 'services are not compared: no answer listed "
    "services' END,"
    "               CASE WHEN NOT n.windows_returned THEN 'windows are not compared: no answer had a date' "
    "END,"
    "               CASE WHEN NOT n.boxes_returned THEN 'boxes are not compared: no answer listed boxes' "
    "END) END,"
    "       CASE WHEN n.failed > 0 THEN ("
    "           SELECT string_agg(e.error_code || ' (request ' || e.request_id || ')', ', ')"
    "           FROM (SELECT x.error_code, max(x.request_id) AS request_id"
    "                 FROM contego.run_result AS x"
    "                 JOIN contego.reconciliation AS u ON u.run = x.run"
    "                 WHERE x.run = n.reconciliation AND x.progress = 'REJECTED' AND x.error_code <> ALL "
    "(u.unknown_codes)"
    "                 GROUP BY x.error_code ORDER BY count(*) DESC, x.error_code LIMIT 3) AS e) END"
    " FROM contego.reconciliations AS n WHERE n.reconciliation = $1 OR $1 IS NULL"
    " ORDER BY n.reconciliation DESC LIMIT 50"};

constexpr statement count_states{"count_states",
                                 "SELECT string_agg(s.number || ' ' || s.state, ', ' ORDER BY s.state)"
                                 " FROM (SELECT d.state, count(*) AS number FROM contego.drift AS d"
                                 "       WHERE d.reconciliation = $1 GROUP BY d.state) AS s"
                                 " HAVING bool_or(s.state <> 'open')"};

// If a run was to correct an open difference, request_id names its failed request.
constexpr statement list_drift{
    "list_drift",
    "SELECT d.card, d.kind, d.name, d.should_have, d.has, d.state, d.correction,"
    "       date_trunc('second', d.found_date), q.id, q.error_code"
    " FROM contego.drift AS d"
    " LEFT JOIN contego.request AS q"
    "        ON q.id = d.request_id AND d.state = 'open' AND d.heal_run IS NOT NULL AND q.action = 'HEAL'"
    " WHERE d.reconciliation = $1 AND d.state IN ('open', 'queued')"
    "   AND ($2 = '[]' OR d.kind IN (SELECT jsonb_array_elements_text($2::jsonb)))"
    " ORDER BY d.card, d.kind, d.name"};

constexpr statement heal_reconciliation{
    "heal_reconciliation",
    "SELECT kind, correction, differences, cards, run"
    " FROM contego.heal($1, preview => $2, reason => nullif($4, ''), pace => nullif($5, '')::double "
    "precision,"
    "    kinds => CASE WHEN $3 <> '[]' THEN ARRAY(SELECT jsonb_array_elements_text($3::jsonb)) END)"};

std::string text_of(const pqxx::field& f) {
    return f.is_null() ? std::string() : std::string(f.c_str());
}

std::int64_t number_of(const pqxx::field& f) {
    return f.is_null() ? 0 : f.as<std::int64_t>();
}

std::string list_of(const std::vector<std::string>& kinds) {
    return json::write(value::list(kinds.begin(), kinds.end()));
}

} // namespace

reconciliations::reconciliations(database_options options) : connection_(std::move(options)) {}

reconciliation_start reconciliations::start(const value::object& settings) {
    const auto rows = connection_->call(start_reconciliation, json::write(settings));
    const auto& row = rows[0];
    reconciliation_start said;
    if (!row[0].is_null()) said.reconciliation = row[0].as<std::int64_t>();
    said.cards = number_of(row[1]);
    said.opens_date = text_of(row[2]);
    said.lasts = text_of(row[3]);
    return said;
}

std::vector<reconciliation> reconciliations::list(std::optional<std::int64_t> number) {
    std::vector<reconciliation> all;
    for (const auto& row : connection_->call(list_reconciliations, number)) {
        reconciliation r;
        r.number = number_of(row[0]);
        r.heals = number_of(row[1]);
        r.against = text_of(row[2]);
        r.state = text_of(row[3]);
        r.why = text_of(row[4]);
        r.cards = number_of(row[5]);
        r.compared = number_of(row[6]);
        r.unlike = number_of(row[7]);
        r.passed_over = number_of(row[8]);
        r.failed = number_of(row[9]);
        r.found = text_of(row[10]);
        r.not_compared = text_of(row[11]);
        r.errors = text_of(row[12]);
        all.push_back(std::move(r));
    }
    return all;
}

std::string reconciliations::states(std::int64_t number) {
    const auto rows = connection_->call(count_states, number);
    return rows.empty() ? std::string() : text_of(rows[0][0]);
}

void reconciliations::drift(std::int64_t number,
                            const std::vector<std::string>& kinds,
                            const std::function<void(const difference&)>& work) {
    for (const auto& row : connection_->call(list_drift, number, list_of(kinds)))
        work({text_of(row[0]),
              text_of(row[1]),
              text_of(row[2]),
              text_of(row[3]),
              text_of(row[4]),
              text_of(row[5]),
              text_of(row[6]),
              text_of(row[7]),
              number_of(row[8]),
              text_of(row[9])});
}

std::vector<healing> reconciliations::heal(std::int64_t number,
                                           bool preview,
                                           const std::vector<std::string>& kinds,
                                           const std::string& reason,
                                           const std::string& pace) {
    std::vector<healing> all;
    for (const auto& row :
         connection_->call(heal_reconciliation, number, preview, list_of(kinds), reason, pace)) {
        healing one{text_of(row[0]), text_of(row[1]), number_of(row[2]), number_of(row[3]), {}};
        if (!row[4].is_null()) one.run = row[4].as<std::int64_t>();
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace contego::queue
