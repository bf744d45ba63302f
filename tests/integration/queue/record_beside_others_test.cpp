#include "queue_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>
#include <future>
#include <utility>

namespace contego::testing {
namespace {

/// The parameter says which of two requests ends; the other one is given back.
class record_of_two : public queue_fixture, public ::testing::WithParamInterface<std::size_t> {
protected:
    daemon_hands daemon_{database_};
};

INSTANTIATE_TEST_SUITE_P(ends, record_of_two, ::testing::Values(0, 1));

TEST_P(record_of_two, locks_them_in_the_order_of_their_ids) {
    const ids both{insert_for_card("1"), insert_for_card("2")};
    ASSERT_EQ(daemon_.claim(), both);
    flat_batch batch;
    for (const auto& r : daemon_.latest.requests) {
        flat_verdict v;
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
    auto writing = std::async(std::launch::async, [&] { return daemon_.record(batch); });
    while (one("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'") == "0") {
    }

    EXPECT_NO_THROW(person.exec(lock(both[1])));
    person.commit();

    EXPECT_TRUE(writing.get().stale.empty());
    EXPECT_EQ(progress(both[GetParam()]), "DONE");
    EXPECT_EQ(progress(both[1 - GetParam()]), "QUEUED");
}

class record_beside_a_person : public queue_fixture {
protected:
    /// Returns a batch that completes all requests of the latest claim.
    [[nodiscard]] flat_batch all_complete() const {
        flat_batch batch;
        for (const auto& r : daemon_.latest.requests) {
            flat_verdict v;
            v.request_id = r.id;
            v.fence = r.fence;
            batch.verdicts.push_back(v);
        }
        return batch;
    }

    /// Returns the duration of a call in seconds, and its answer.
    std::pair<double, record_answer> timed(const flat_batch& batch) {
        const auto began = std::chrono::steady_clock::now();
        auto answer = daemon_.record(batch);
        return {std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), answer};
    }

    daemon_hands daemon_{database_};
};

TEST_F(record_beside_a_person, waits_once_for_forty_locked_rows_and_then_no_more) {
    ids all;
    for (int n = 1; n <= 60; ++n)
        all.push_back(insert_for_card(std::to_string(n)));
    ASSERT_EQ(daemon_.claim(), all);
    pqxx::connection other(database_.connection_string);
    pqxx::work person(other);
    person.exec("SELECT contego.hold(ARRAY(SELECT id FROM contego.request_open ORDER BY id LIMIT 40))");

    const auto [first_time, first] = timed(all_complete());
    const auto [second_time, second] = timed(all_complete());

    EXPECT_THAT(first.postponed, ::testing::SizeIs(40));
    EXPECT_EQ(progress(all[59]), "DONE");
    EXPECT_LT(first_time, 10) << "2 s for all, and some more on a busy machine; it was 2 s for each";
    EXPECT_THAT(second.postponed, ::testing::SizeIs(40));
    EXPECT_LT(second_time, 2) << "rows that are known to be locked are not waited for";
    person.abort();
    EXPECT_THAT(daemon_.record(all_complete()).postponed, ::testing::IsEmpty());
    EXPECT_EQ(progress(all[0]), "DONE");
}

TEST_F(record_beside_a_person, postpones_the_one_behind_which_a_locked_one_waits) {
    const auto first = insert_for_card("1");
    const auto behind = insert_for_card("1");
    const auto other_card = insert_for_card("2");
    ASSERT_EQ(daemon_.claim(), (ids{first, other_card}));
    ASSERT_EQ(progress(behind), "BLOCKED");
    pqxx::connection other(database_.connection_string);
    pqxx::work person(other);
    person.exec("SELECT FROM contego.request_open WHERE id = " + std::to_string(behind) + " FOR UPDATE");

    const auto answer = daemon_.record(all_complete());

    EXPECT_EQ(answer.postponed, ids{first});
    EXPECT_EQ(progress(other_card), "DONE");
    person.abort();
    EXPECT_THAT(daemon_.record(all_complete()).postponed, ::testing::IsEmpty());
    EXPECT_EQ(progress(first), "DONE");
    EXPECT_EQ(progress(behind), "QUEUED");
}

TEST_F(record_beside_a_person, names_the_session_that_keeps_a_table_locked) {
    const auto id = insert_for_card("1");
    ASSERT_EQ(daemon_.claim(), ids{id});
    pqxx::connection other(database_.connection_string);
    pqxx::work person(other);
    person.exec("LOCK TABLE contego.request_finished IN SHARE MODE");
    const auto pid = std::to_string(other.backendpid());

    std::string why;
    try {
        static_cast<void>(daemon_.record(all_complete()));
    } catch (const std::exception& e) {
        why = e.what();
    }

    EXPECT_THAT(why, ::testing::HasSubstr("session " + pid));
    EXPECT_THAT(why, ::testing::HasSubstr("contego.request_finished"));
    person.abort();
    EXPECT_TRUE(daemon_.record(all_complete()).postponed.empty());
}

/// A cancelled statement is no fault of a row: the next call writes the rows.
TEST_F(record_beside_a_person, takes_a_cancelled_statement_for_no_fault_of_a_row) {
    const auto id = insert_for_card("1");
    ASSERT_EQ(daemon_.claim(), ids{id});
    pqxx::connection other(database_.connection_string);
    pqxx::work person(other);
    person.exec("SELECT FROM contego.request_open FOR UPDATE");
    auto writing = std::async(std::launch::async, [&] { return daemon_.record(all_complete()); });
    while (one("SELECT count(*) FROM pg_locks AS l WHERE NOT l.granted AND pg_cancel_backend(l.pid)") ==
           "0") {
    }

    EXPECT_THROW(writing.get(), std::runtime_error);
    person.abort();
    EXPECT_TRUE(daemon_.record(all_complete()).postponed.empty());
    EXPECT_EQ(progress(id), "DONE");
}

} // namespace
} // namespace contego::testing
