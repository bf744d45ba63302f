#include "queue_fixture.hpp"

#include <future>

namespace contego::testing {
namespace {

/// Whether the first or the second of two ends, and the other one is given back.
class record_of_two : public queue_fixture, public ::testing::WithParamInterface<std::size_t> {
protected:
    daemon_hands daemon_{database_};
};

INSTANTIATE_TEST_SUITE_P(ends, record_of_two, ::testing::Values(0, 1));

TEST_P(record_of_two, locks_them_in_the_order_of_their_ids) {
    const ids both{insert_for_card("1"), insert_for_card("2")};
    ASSERT_EQ(daemon_.claim(), both);
    record_batch batch;
    for (const auto& r : daemon_.latest.requests) {
        verdict v;
        v.request_id = r.id;
        v.fence = r.fence;
        v.disposition = r.id == both[GetParam()] ? disposition::complete : disposition::release;
        batch.verdicts.push_back(v);
    }
    const auto lock = [](std::int64_t id) {
        return "SELECT FROM contego.request_open WHERE id = " + std::to_string(id) + " FOR UPDATE NOWAIT";
    };
    pqxx::connection other(database_.connection_string);
    pqxx::work person(other);
    person.exec(lock(both[0]));
    auto writing = std::async(std::launch::async, [&] { return daemon_.store->record(batch); });
    while (one("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'") == "0") {
    }

    EXPECT_NO_THROW(person.exec(lock(both[1])));
    person.commit();

    EXPECT_TRUE(writing.get().stale.empty());
    EXPECT_EQ(progress(both[GetParam()]), "DONE");
    EXPECT_EQ(progress(both[1 - GetParam()]), "QUEUED");
}

} // namespace
} // namespace contego::testing
