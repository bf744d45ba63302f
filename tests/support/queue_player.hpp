#pragma once

#include "support/flat_batch.hpp"
#include <contego/outcome_store.hpp>
#include <contego/request_source.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace contego::testing {

/// A queue and one daemon on it. The tests ask it only through the roles.
class queue_player {
public:
    queue_player() = default;
    queue_player(const queue_player&) = delete;
    queue_player& operator=(const queue_player&) = delete;
    virtual ~queue_player() = default;

    virtual request_source& source() = 0;
    virtual outcome_store& store() = 0;

    /// Inserts a request that touches these smartcards. Returns its id, which is larger than all earlier
    /// ones.
    virtual std::int64_t insert(const std::vector<std::string>& cards, std::chrono::milliseconds due_in) = 0;

    /// Lets time pass for scheduled and retrying requests.
    virtual void pass(std::chrono::milliseconds time) = 0;

    /// Other daemons consider this one dead and take its requests over; then this one is back.
    virtual void take_over() = 0;

    /// From now on, no call of a role reaches the database.
    virtual void cut() = 0;

    /// The database is back.
    virtual void restore() = 0;
};

struct queue_factory {
    const char* name;
    std::function<std::unique_ptr<queue_player>()> make;
};

inline std::ostream& operator<<(std::ostream& out, const queue_factory& f) {
    return out << f.name;
}

class queue_contract : public ::testing::TestWithParam<queue_factory> {
protected:
    using ids = std::vector<std::int64_t>;
    using milliseconds = std::chrono::milliseconds;
    static constexpr auto one_hour = std::chrono::hours(1);

    std::int64_t insert(const std::vector<std::string>& cards, milliseconds due_in = milliseconds(0)) {
        return player_->insert(cards, due_in);
    }

    /// Claims requests and keeps the result in `latest_`.
    ids claim(std::size_t limit = 100, std::size_t bytes = 1'000'000) {
        latest_ = player_->source().claim("default", limit, bytes);
        ids all;
        for (const auto& r : latest_.requests)
            all.push_back(r.id);
        return all;
    }

    /// Returns one request of the latest claim.
    [[nodiscard]] request claimed(std::int64_t id) const {
        for (const auto& r : latest_.requests)
            if (r.id == id) return r;
        throw std::logic_error("the latest claim did not return it");
    }

    static flat_verdict verdict_on(const request& r, disposition d) {
        flat_verdict v;
        v.request_id = r.id;
        v.fence = r.fence;
        v.disposition = d;
        v.delay = one_hour;
        v.first_sent = std::chrono::steady_clock::now();
        if (d != disposition::complete && d != disposition::release) v.error_code = "TEST";
        return v;
    }

    static flat_command command_of(const request& r, int sequence, std::optional<outcome> is) {
        flat_command c;
        c.request_id = r.id;
        c.fence = r.fence;
        c.sequence = sequence;
        c.type = command_type::get_pairing_status_for_card;
        c.outcome = is;
        c.result = value::object{{"paired", true}};
        c.reference_number = "ref-1";
        c.sent = std::chrono::steady_clock::now();
        return c;
    }

    record_answer record(const flat_batch& rows) { return player_->store().record(grouped(rows)); }

    record_answer end(const request& r, disposition d) { return record({{}, {verdict_on(r, d)}}); }

    std::unique_ptr<queue_player> player_ = GetParam().make();
    claim_batch latest_;
};

} // namespace contego::testing
