#include "queue_fixture.hpp"
#include "schema/partitions.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>

namespace contego::testing {
namespace {

using queue::partitions;
using std::chrono::steady_clock;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using step = partitions::step;

constexpr auto at_most = std::chrono::seconds(1);

class keeping_months : public queue_fixture {
protected:
    std::string month(int from_now) {
        return one("SELECT to_char(contego.month_of(now()) + make_interval(months => " +
                   std::to_string(from_now) + "), 'YYYY-MM')");
    }

    /// Drops all months, as if no daemon had created any.
    void forget_all() {
        sql("DO $$ DECLARE part text; BEGIN FOR part IN SELECT inhrelid::regclass FROM pg_inherits"
            " WHERE inhparent IN ('contego.request_finished'::regclass, 'contego.command_finished'::regclass)"
            " LOOP EXECUTE 'DROP TABLE ' || part; END LOOP; DELETE FROM contego.month; END $$");
    }

    /// Creates a month that ended long ago, with this number of rejected requests.
    void fill_old_month(int requests) {
        sql("SELECT contego.make_month(now() - interval '5 months')");
        sql("INSERT INTO contego.request_finished (id, owned_by, action, parameters, life_cycle_state, "
            "progress, "
            "error_code,"
            " lanes, finished_date) OVERRIDING SYSTEM VALUE"
            " SELECT 1000000 + n, 'crm', 'A', '{}', 'REJECTED', 'REJECTED', 'X', ARRAY['card:' || n],"
            " now() - interval '5 months' FROM generate_series(1, " +
            std::to_string(requests) + ") AS n");
        sql("SELECT setval('contego.request_id_seq', 2000000)"); // else the next daemon finds that it is
                                                                 // behind
        sql("INSERT INTO contego.command (request_id, sequence, type, parameters, outcome, attempts, fence,"
            " finished_date) SELECT id, 1, 'A', '{}', 'rejected', 1, 1, finished_date"
            " FROM contego.request_finished WHERE id > 1000000");
    }

    /// Calls drop() until a step is neither `begun` nor `cleared`, and returns that step.
    step drop_what_is_due() {
        auto done = old_ones_.drop().done;
        while (done == step::begun || done == step::cleared)
            done = old_ones_.drop().done;
        return done;
    }

    void sql_of_another(const std::string& statement) {
        pqxx::connection another(database_.connection_string);
        pqxx::work tx(another);
        tx.exec(statement);
        tx.commit();
    }

    partitions old_ones_{database_, 3};
};

TEST_F(keeping_months, makes_this_one_and_two_ahead_once) {
    forget_all();

    EXPECT_THAT(old_ones_.make(), ElementsAre(month(0), month(1), month(2)));
    EXPECT_THAT(partitions(database_, 0).make(), IsEmpty());
}

TEST_F(keeping_months, of_two_who_make_at_once_one_does) {
    forget_all();
    const auto make = [this] { return partitions(database_, 0).make().size(); };

    auto other = std::async(std::launch::async, make);
    const auto here = make();

    EXPECT_EQ(here + other.get(), 3U);
    EXPECT_EQ(one("SELECT count(*) FROM contego.months"), "3");
}

TEST_F(keeping_months, an_outcome_waits_for_who_makes_its_month_and_is_written) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{id});
    forget_all();
    pqxx::connection other(database_.connection_string);
    pqxx::work making(other);
    making.exec("SELECT contego.make_months()");
    auto writing = std::async(std::launch::async, [&] { return daemon.end(id, disposition::complete); });
    until_somebody_waits();

    making.commit();

    EXPECT_THAT(writing.get().failed, IsEmpty());
    EXPECT_EQ(progress(id), "DONE");
}

TEST_F(keeping_months, a_month_that_cannot_be_made_now_is_made_later) {
    forget_all();
    pqxx::connection other(database_.connection_string);
    pqxx::work counting(other);
    counting.exec(
        "LOCK TABLE ONLY contego.command_finished IN SHARE UPDATE EXCLUSIVE MODE"); // as ANALYZE does

    EXPECT_THAT(old_ones_.make(), IsEmpty());

    counting.abort();
    EXPECT_EQ(old_ones_.make().size(), 3U);
}

TEST_F(keeping_months, keeps_all_where_no_number_is_given) {
    fill_old_month(1);

    EXPECT_EQ(partitions(database_, 0).drop().done, step::nothing);
    EXPECT_EQ(progress(1000001), "REJECTED");
}

TEST_F(keeping_months, drops_one_step_by_step) {
    fill_old_month(3000);
    std::vector<step> steps;
    do
        steps.push_back(old_ones_.drop().done);
    while (steps.back() != step::nothing);

    EXPECT_THAT(steps, ElementsAre(step::begun, step::cleared, step::cleared, step::dropped, step::nothing));
    EXPECT_EQ(one("SELECT count(*) FROM contego.request"), "0");
    EXPECT_EQ(one("SELECT count(*) FROM contego.command"), "0");
}

TEST_F(keeping_months, says_which_it_is) {
    fill_old_month(1);

    EXPECT_EQ(old_ones_.drop().month, month(-5));
}

TEST_F(keeping_months, leaves_it_to_the_one_who_is_at_it) {
    fill_old_month(1);
    pqxx::connection other(database_.connection_string);
    pqxx::work dropping(other);
    dropping.exec("SELECT contego.drop_month(3)");

    EXPECT_EQ(old_ones_.drop().done, step::nothing);

    dropping.commit();
    EXPECT_EQ(old_ones_.drop().done, step::cleared);
}

TEST_F(keeping_months, waits_for_a_person_who_sends_one_of_its_requests_again) {
    fill_old_month(1);
    pqxx::connection other(database_.connection_string);
    pqxx::work retrying(other);
    retrying.exec("SELECT contego.retry(1000001::bigint)");

    EXPECT_EQ(old_ones_.drop().done, step::waiting);

    retrying.commit();
    EXPECT_EQ(drop_what_is_due(), step::dropped);
    EXPECT_EQ(progress(1000001), "QUEUED");
    EXPECT_EQ(one("SELECT count(*) FROM contego.command WHERE request_id = 1000001"), "1");
}

TEST_F(keeping_months, a_reader_delays_the_end_and_nothing_else) {
    fill_old_month(10);
    pqxx::connection other(database_.connection_string);
    pqxx::work reading(other);
    reading.exec("SELECT count(*) FROM contego.request");

    EXPECT_EQ(drop_what_is_due(), step::waiting);
    EXPECT_EQ(progress(1000001), "REJECTED");

    reading.commit();
    EXPECT_EQ(drop_what_is_due(), step::dropped);
}

TEST_F(keeping_months, nobody_stands_for_long_behind_one_who_waits_for_a_reader) {
    fill_old_month(10);
    daemon_hands daemon(database_);
    pqxx::connection other(database_.connection_string);
    pqxx::work reading(other);
    reading.exec("SELECT count(*) FROM contego.request");
    std::atomic<bool> enough = false;
    auto dropping = std::async(std::launch::async, [&] {
        while (!enough && drop_what_is_due() == step::waiting) {
        }
    });
    until_somebody_waits();
    steady_clock::duration longest{0};
    for (int n = 0; n < 10; ++n) {
        const auto id = insert_for_card("1");
        const auto began = steady_clock::now();
        ASSERT_EQ(daemon.claim(), ids{id});
        ASSERT_THAT(daemon.end(id, disposition::complete).failed, IsEmpty());
        longest = std::max(longest, steady_clock::now() - began);
    }
    enough = true;
    dropping.get();

    EXPECT_LT(longest, at_most);
    EXPECT_EQ(progress(1000001), "REJECTED");
}

/// Two sessions that lock the two tables in different orders would deadlock.
class two_tables : public keeping_months {
protected:
    /// Calls `doing` while another session locks the requests. Returns how many locks the commands have then.
    std::string locked_commands(const std::string& mode, const std::function<void()>& doing) {
        pqxx::connection other(database_.connection_string);
        pqxx::work first(other);
        first.exec("LOCK TABLE ONLY contego.request_finished IN " + mode + " MODE");
        auto done = std::async(std::launch::async, doing);
        until_somebody_waits();
        auto found =
            one("SELECT count(*) FROM pg_locks WHERE relation = 'contego.command_finished'::regclass");
        first.commit();
        done.get();
        return found;
    }
};

TEST_F(two_tables, are_taken_requests_first_by_an_outcome) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{id});

    EXPECT_EQ(locked_commands("ACCESS EXCLUSIVE", [&] { daemon.end(id, disposition::complete); }), "0");

    EXPECT_EQ(progress(id), "DONE");
}

TEST_F(two_tables, are_taken_requests_first_by_who_drops_a_month) {
    fill_old_month(1);
    EXPECT_EQ(old_ones_.drop().done, step::begun);
    EXPECT_EQ(old_ones_.drop().done, step::cleared);

    EXPECT_EQ(locked_commands("ROW EXCLUSIVE", [&] { old_ones_.drop(); }), "0");
}

TEST_F(two_tables, are_taken_requests_first_by_who_makes_a_month) {
    EXPECT_EQ(
        locked_commands("ACCESS EXCLUSIVE",
                        [&] { sql_of_another("SELECT contego.make_month(now() + interval '9 months')"); }),
        "0");
}

TEST_F(keeping_months, nobody_is_held_up_while_one_of_many_requests_goes) {
    fill_old_month(50'000);
    daemon_hands daemon(database_);
    auto dropping = std::async(std::launch::async, [this] { return drop_what_is_due(); });
    steady_clock::duration longest{0};
    while (dropping.wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
        const auto began = steady_clock::now();
        const auto id = insert_for_card("1");
        ASSERT_EQ(daemon.claim(), ids{id});
        ASSERT_THAT(daemon.end(id, disposition::complete).failed, IsEmpty());
        longest = std::max(longest, steady_clock::now() - began);
    }

    EXPECT_EQ(dropping.get(), step::dropped);
    EXPECT_LT(longest, at_most);
}

} // namespace
} // namespace contego::testing
