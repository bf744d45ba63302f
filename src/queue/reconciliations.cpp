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
    "     provider => j ->> 'provider', pace => coalesce((j ->> 'pace')::double precision, 50),"
    "     most_in_flight => (j ->> 'most_in_flight')::integer,"
    "     from_date => (j ->> 'from_date')::timestamptz, until_date => (j ->> 'until_date')::timestamptz,"
    "     quiet_from => (j ->> 'quiet_from')::time, quiet_until => (j ->> 'quiet_until')::time,"
    "     time_zone => j ->> 'time_zone', heal_at_most_cards => (j ->> 'heal_at_most_cards')::integer,"
    "     heal_at_most_percent => (j ->> 'heal_at_most_percent')::double precision,"
    "     reason => j ->> 'reason', dry_run => (j -> 'dry_run')::boolean) AS s"};

constexpr statement list_reconciliations{
    "list_reconciliations",
    "SELECT reconciliation, heals, against, state, why, cards, compared, unlike, passed_over, failed,"
    "       concat_ws(', ', 'missing ' || nullif(missing, 0), 'extra ' || nullif(extra, 0),"
    "                 'wrong_window ' || nullif(wrong_window, 0), 'wrong_pairing ' || nullif(wrong_pairing, "
    "0),"
    "                 'unknown_card ' || nullif(unknown_card, 0)),"
    "       CASE WHEN compared > unknown_card THEN"
    "           concat_ws(', ', CASE WHEN NOT services_returned THEN 'services' END,"
    "                     CASE WHEN NOT windows_returned THEN 'windows' END,"
    "                     CASE WHEN NOT boxes_returned THEN 'boxes' END) END"
    " FROM contego.reconciliations WHERE reconciliation = $1 OR $1 IS NULL"
    " ORDER BY reconciliation DESC LIMIT 50"};

constexpr statement list_drift{
    "list_drift",
    "SELECT card, kind, name, should_have, has, state, correction, date_trunc('second', found_date)"
    " FROM contego.drift"
    " WHERE reconciliation = $1 AND state IN ('open', 'queued')"
    "   AND ($2 = '[]' OR kind IN (SELECT jsonb_array_elements_text($2::jsonb)))"
    " ORDER BY card, kind, name"};

constexpr statement heal_reconciliation{
    "heal_reconciliation",
    "SELECT kind, correction, differences, cards, run FROM contego.heal($1, preview => $2, reason => "
    "nullif($4, ''),"
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
        all.push_back(std::move(r));
    }
    return all;
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
              text_of(row[7])});
}

std::vector<healing> reconciliations::heal(std::int64_t number,
                                           bool preview,
                                           const std::vector<std::string>& kinds,
                                           const std::string& reason) {
    std::vector<healing> all;
    for (const auto& row : connection_->call(heal_reconciliation, number, preview, list_of(kinds), reason)) {
        healing one{text_of(row[0]), text_of(row[1]), number_of(row[2]), number_of(row[3]), {}};
        if (!row[4].is_null()) one.run = row[4].as<std::int64_t>();
        all.push_back(std::move(one));
    }
    return all;
}

} // namespace contego::queue
