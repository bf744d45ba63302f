#include "queue/claim.hpp"

#include "database/pqxx.hpp"
#include "database/sqlstate.hpp"
#include "json/json.hpp"
#include "queue/lock_holders.hpp"

#include <algorithm>
#include <charconv>

namespace contego::queue {
namespace {

constexpr statement claim_requests{
    "claim_requests",
    "SELECT id, action, parameters, size, priority, sequence_number, fence, "
    "attempts, maybe_sent, age_seconds, finished, more, due_in, notify_suppressed_for, slow"
    " FROM contego.claim($1, $2, $3, $4)"};
constexpr statement try_to_claim_requests{
    "try_to_claim",
    "SELECT id, action, parameters, size, priority, sequence_number, fence, "
    "attempts, maybe_sent, age_seconds, finished, more, due_in, notify_suppressed_for, slow"
    " FROM contego.try_claim($1, $2, $3, $4, $5)"};
constexpr statement hold_unreadable{"hold_unreadable",
                                    "SELECT id FROM unnest(contego.hold_unreadable($1)) AS id"};
constexpr statement give_back_lost{"give_back_lost", "SELECT contego.give_back_lost($1, $2, $3)"};

/// Adds the commands of earlier attempts: finished commands, and whether a command was sent without an
/// answer.
void add_tried(request& r, const pqxx::field& f) {
    if (f.is_null()) return;
    const auto document = json::parse(f.c_str());
    for (const auto& item : *document.items()) {
        if (*item.find("unanswered")->boolean()) {
            r.unanswered = true;
            continue;
        }
        finished_command done;
        done.sequence = static_cast<int>(*item.find("sequence")->integer());
        done.result = *item.find("result");
        if (const auto* reference = item.find("reference_number")->text()) done.reference_number = *reference;
        r.finished.push_back(std::move(done));
    }
}

/// libpqxx 6 reads a double through a stream, which takes as long as the rest of a row.
double number_of(const pqxx::field& f) {
    double number = 0;
    std::from_chars(f.c_str(), f.c_str() + f.size(), number);
    return number;
}

request request_from(const pqxx::row& row, const std::string& provider) {
    request r;
    r.id = row[0].as<std::int64_t>();
    r.provider = provider;
    r.action = row[1].c_str();
    try {
        if (row[2].is_null())
            r.unreadable = "they exceed the limits of an INSERT";
        else
            r.parameters = json::parse(row[2].c_str());
        add_tried(r, row[10]);
    } catch (const json::parse_error& e) {
        // PostgreSQL stores numbers that no double can hold, and a person may have written any text into a
        // row. Such a request is refused like other bad input and does not stop the line.
        r.unreadable = e.what();
    }
    r.size = row[2].is_null() ? 0 : row[3].as<std::size_t>();
    r.priority = row[4].c_str();
    r.sequence_number = row[5].as<std::int64_t>();
    r.fence = row[6].as<std::int64_t>();
    r.attempts = row[7].as<int>();
    r.maybe_sent = row[8].as<bool>();
    r.age_seconds = number_of(row[9]);
    return r;
}

std::chrono::milliseconds milliseconds_of(const pqxx::field& f, std::int64_t where_null) {
    // Rounded up, because a claim a moment too early would find nothing.
    return std::chrono::milliseconds(f.is_null() ? where_null
                                                 : static_cast<std::int64_t>(f.as<double>()) + 1);
}

/// Reads the last row of a claim, which has no request. A claim that returns fewer requests than `limit` ends
/// with it. So does a claim that was turned away.
void add_what_else(claim_batch& batch, const pqxx::row& row) {
    batch.turned_away = row[11].is_null();
    if (batch.turned_away) return;
    batch.more = row[11].as<bool>();
    batch.next_due = milliseconds_of(row[12], -1);
    batch.notify_suppressed_for = milliseconds_of(row[13], 0);
    if (!row[14].is_null()) batch.slow = row[14].c_str();
}

/// Other claims take milliseconds. A longer wait for a lock is caused by a foreign session.
constexpr auto longest_wait_for_a_lock = std::chrono::milliseconds(5'000);

/// After this many claims in a row that were turned away, the daemon waits in line for the next one.
constexpr int most_turned_away = 20;

database_options impatient(database_options options) {
    options.lock_timeout = std::min(longest_wait_for_a_lock, options.answer_timeout / 3);
    return options;
}

/// Whether one of the rows may cause the error, so that it is worth searching for it.
bool may_be_a_row(const server_error& e) {
    return is_about_the_row(e.sqlstate()) || took_too_long(e.sqlstate());
}

class pg_request_source final : public request_source {
public:
    pg_request_source(std::shared_ptr<connection_pool> pool, fleet& membership)
        : pool_(std::move(pool)), membership_(membership) {}

    claim_batch claim(const std::string& provider, std::size_t limit, std::size_t bytes) override {
        if (!membership_.claiming_stopped().empty()) return {};
        auto lent = pool_->borrow();
        auto& c = *lent;
        if (unanswered_claim_)
            explained(c, provider, [&] {
                put_back_what_was_lost(c, provider);
                return claim_batch{};
            });
        unanswered_claim_ = true; // without an answer, the claim may have been made unknown to this daemon
        auto batch = explained(c, provider, [&] { return claim_once(c, provider, limit, bytes); });
        unanswered_claim_ = false;
        turned_away_ = batch.turned_away ? turned_away_ + 1 : 0;
        last_was_full_ = batch.more;
        for (const auto& r : batch.requests)
            latest_fence_ = std::max(latest_fence_, r.fence);
        if (!batch.requests.empty())
            membership_.acknowledged(this, {batch.requests.back().id, batch.requests.back().fence});
        return batch;
    }

    std::chrono::steady_clock::time_point lease_deadline(const request& r) const override {
        return r.holder == membership_.daemon_id() ? membership_.trusted_until()
                                                   : std::chrono::steady_clock::time_point::min();
    }

private:
    // The one statement runs in a transaction on purpose. If a stalled network delivers it after this
    // connection was closed, it is never committed. Otherwise no daemon would know of the requests that it
    // claims, and a give-back might return requests that this daemon has claimed again.
    //
    // The rows are read after the commit, because other claims of the provider wait until then.
    claim_batch claim_once(connection& c, const std::string& provider, std::size_t limit, std::size_t bytes) {
        const auto holder = membership_.daemon_id();
        const auto most = static_cast<int>(limit);
        const auto most_bytes = static_cast<std::int64_t>(bytes);
        const auto rows =
            turned_away_ < most_turned_away
                ? c->call_in_transaction(
                      try_to_claim_requests, holder, provider, most, most_bytes, !last_was_full_)
                : c->call_in_transaction(claim_requests, holder, provider, most, most_bytes);
        claim_batch batch;
        batch.requests.reserve(static_cast<std::size_t>(rows.size()));
        batch.more = rows.size() == static_cast<pqxx::result::size_type>(limit);
        for (const auto& row : rows)
            if (row[0].is_null())
                add_what_else(batch, row);
            else {
                batch.requests.push_back(request_from(row, provider));
                batch.requests.back().holder = holder;
            }
        return batch;
    }

    // Adds an explanation to an error of the server. If rows cause the error, it holds them, so that the next
    // claim succeeds without them.
    template <typename Claim>
    claim_batch explained(connection& c, const std::string& provider, const Claim& claimed) {
        try {
            return claimed();
        } catch (const server_error& e) {
            if (lease_has_ended(e.sqlstate())) membership_.lease_refused();
            if (claiming_is_stopped(e.sqlstate())) {
                membership_.lease_refused(); // the next renewal tells why
                return {};
            }
            if (waited_for_a_lock(e.sqlstate())) throw std::runtime_error(e.what() + lock_holders(c));
            if (!may_be_a_row(e)) throw;
            throw std::runtime_error(e.what() + held_instead(c, provider));
        }
    }

    static std::string held_instead(connection& c, const std::string& provider) {
        std::string text;
        for (const auto& row : c->call(hold_unreadable, provider))
            text += (text.empty() ? "; held, because the row cannot be claimed: request " : ", request ") +
                    std::string(row[0].c_str());
        return text.empty() ? "; no row was found that causes this error" : text;
    }

    void put_back_what_was_lost(connection& c, const std::string& provider) {
        c->call_in_transaction(give_back_lost, membership_.daemon_id(), provider, latest_fence_);
    }

    std::shared_ptr<connection_pool> pool_;
    fleet& membership_;
    bool unanswered_claim_ = false;
    int turned_away_ = 0;        ///< this many claims in a row
    bool last_was_full_ = false; ///< the last claim left requests in the queue
    std::int64_t latest_fence_ = 0;
};

} // namespace

std::shared_ptr<connection_pool> make_claiming_pool(database_options options, std::size_t size) {
    return std::make_shared<connection_pool>(impatient(std::move(options)), size);
}

std::unique_ptr<request_source> make_request_source(std::shared_ptr<connection_pool> pool,
                                                    fleet& membership) {
    return std::make_unique<pg_request_source>(std::move(pool), membership);
}

} // namespace contego::queue
