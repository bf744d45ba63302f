#include "queue_fixture.hpp"
#include "support/contract_queue.hpp"

#include <optional>

namespace contego::testing {
namespace {

class queue_in_postgresql final : public queue_player {
public:
    request_source& source() override { return *daemon_.source; }

    outcome_store& store() override { return *daemon_.store; }

    std::int64_t insert(const std::vector<std::string>& cards, std::chrono::milliseconds due_in) override {
        value::list list;
        for (const auto& card : cards)
            list.emplace_back(value::object{{"smartcard_ca_id", card}});
        return run(
            "INSERT INTO contego.request (action, parameters, scheduled_date) VALUES ('CREATE_PAIRING', " +
            session_.quote(json::write(value::object{{"smartcards", list}})) + ", now() + " +
            interval(due_in) + ") RETURNING id");
    }

    void pass(std::chrono::milliseconds time) override {
        run("WITH shifted_requests AS (UPDATE contego.request SET due_date = due_date - " + interval(time) +
            ", scheduled_date = scheduled_date - " + interval(time) +
            " WHERE life_cycle_state = 'PENDING' RETURNING id) SELECT count(*) FROM shifted_requests");
    }

    void take_over() override {
        run("WITH expired_daemons AS (UPDATE contego.daemon SET lease_until = '-infinity' RETURNING id)"
            " SELECT count(*) FROM expired_daemons");
        run("SELECT rescued FROM contego.rescue()");
        daemon_.membership.keep();
    }

    void cut() override { away_.emplace(database_); }

    void restore() override { away_.reset(); }

private:
    static std::string interval(std::chrono::milliseconds time) {
        return std::to_string(time.count()) + " * interval '1 millisecond'";
    }

    std::int64_t run(const std::string& statement) {
        pqxx::work tx(session_);
        const auto rows = tx.exec(statement);
        tx.commit();
        return rows[0][0].as<std::int64_t>();
    }

    queue::database_options database_ = private_cluster::instance().fresh_schema();
    pqxx::connection session_{database_.connection_string};
    daemon_hands daemon_{database_};
    std::optional<closed_database> away_;
};

INSTANTIATE_TEST_SUITE_P(real,
                         queue_contract,
                         ::testing::Values(queue_factory{
                             "postgresql", [] { return std::make_unique<queue_in_postgresql>(); }}),
                         [](const auto& f) { return std::string(f.param.name); });

} // namespace
} // namespace contego::testing
