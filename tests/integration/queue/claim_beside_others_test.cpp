#include "queue_fixture.hpp"

#include <gmock/gmock.h>

#include <future>
#include <thread>

namespace contego::testing {
namespace {

using claim = queue_fixture;
using ::testing::MatchesRegex;

/// Makes the row that claims lock, as the first claim of a provider does.
constexpr auto make_lock = "INSERT INTO contego.lock (purpose, provider) VALUES ('claim', 'default')";

TEST_F(claim, finds_the_free_ones_behind_many_that_are_blocked) {
    sql("INSERT INTO contego.request (action, parameters)"
        " SELECT 'X', '{\"smartcard_ca_id\":\"1\"}' FROM generate_series(1, 3000)");
    const auto free = insert_for_card("2");
    daemon_hands daemon(database_);

    ids claimed;
    for (int i = 0; i < 20 && claimed.size() < 2; ++i)
        for (const auto id : daemon.claim(64))
            claimed.push_back(id);

    ASSERT_EQ(claimed.size(), 2U);
    EXPECT_EQ(claimed.back(), free);
}

TEST_F(claim, sees_what_a_claim_under_way_has_taken) {
    const auto earlier = insert_for_card("1", ", scheduled_date", ", now() + interval '1 hour'");
    const auto later = insert_for_card("1");
    daemon_hands first(database_);
    daemon_hands second(database_);
    sql(make_lock);
    pqxx::connection other(database_.connection_string);
    pqxx::work under_way(other);
    const auto taken = under_way.exec("SELECT id FROM contego.claim(" +
                                      std::to_string(first.membership.daemon_id()) + ", 'default', 10)");
    ASSERT_EQ(taken[0][0].as<std::int64_t>(), later);
    sql("UPDATE contego.request SET due_date = now(), scheduled_date = now() WHERE id = " +
        std::to_string(earlier));

    EXPECT_EQ(second.claim(), ids{});
    EXPECT_TRUE(second.latest.turned_away);
    EXPECT_EQ(progress(earlier), "SCHEDULED") << "a claim that was turned away looked at nothing";
    under_way.commit();

    EXPECT_EQ(second.claim(), ids{});
    EXPECT_FALSE(second.latest.turned_away);
    EXPECT_EQ(column(earlier, "blocked_by"), std::to_string(later));
}

TEST_F(claim, is_turned_away_without_waiting_and_at_last_waits_in_line) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    sql(make_lock);
    pqxx::connection other(database_.connection_string);
    {
        pqxx::work turn(other);
        turn.exec("SELECT contego.take_lock('claim', 'default')");
        for (int times = 0; times < 20; ++times) {
            EXPECT_EQ(daemon.claim(), ids{});
            EXPECT_TRUE(daemon.latest.turned_away);
        }
        auto in_line = std::async(std::launch::async, [&] { return daemon.claim(); });
        until_somebody_waits();
        turn.commit();
        EXPECT_EQ(in_line.get(), ids{id});
    }
    EXPECT_FALSE(daemon.latest.turned_away);
}

TEST_F(claim, that_took_more_than_a_second_tells_how_long_each_step_took) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    sql(make_lock);
    pqxx::connection other(database_.connection_string);
    pqxx::work turn(other);
    turn.exec("SELECT contego.take_lock('claim', 'default')");
    for (int times = 0; times < 20; ++times)
        daemon.claim();
    auto in_line = std::async(std::launch::async, [&] { return daemon.claim(1); });
    until_somebody_waits();
    turn.exec("SELECT pg_sleep(1.1)"); // the wait is the case
    turn.commit();

    EXPECT_EQ(in_line.get(), ids{id});
    EXPECT_THAT(daemon.latest.slow, MatchesRegex(".*in all: take_lock 00:00:01.*, queue_due 00:00:00.*"));
    EXPECT_TRUE(daemon.latest.more) << "it was full";
    EXPECT_EQ(daemon.claim(), ids{});
    EXPECT_EQ(daemon.latest.slow, "");
}

TEST_F(claim, that_finds_nothing_takes_no_lock_and_writes_nothing) {
    insert_for_card("1", ", scheduled_date", ", now() + interval '1 hour'");
    daemon_hands daemon(database_);
    pqxx::connection other(database_.connection_string);
    pqxx::work turn(other);
    turn.exec("SELECT contego.take_lock('claim', 'default')");
    const auto fence = one("SELECT last_value FROM contego.fence");

    EXPECT_EQ(daemon.claim(), ids{});

    EXPECT_FALSE(daemon.latest.turned_away);
    EXPECT_FALSE(daemon.latest.more);
    EXPECT_GT(daemon.latest.next_due, std::chrono::minutes(59));
    EXPECT_LE(daemon.latest.next_due, std::chrono::hours(1));
    EXPECT_EQ(one("SELECT last_value FROM contego.fence"), fence);
}

TEST_F(claim, gives_back_what_a_claim_took_whose_answer_was_lost) {
    const auto known = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{known});
    const auto lost = insert_for_card("2");
    // This imitates a claim that the server committed, and whose answer was lost with the connection.
    sql("SELECT id FROM contego.claim(" + std::to_string(daemon.membership.daemon_id()) + ", 'default', 1)");
    pqxx::connection other(database_.connection_string);
    {
        pqxx::work turn(other);
        turn.exec("LOCK TABLE contego.request_open");
        auto claiming = std::async(std::launch::async, [&] { return daemon.claim(); });
        until_somebody_waits();
        sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'contego "
            "test' AND wait_event_type = 'Lock'");
        EXPECT_ANY_THROW(claiming.get());
    }

    EXPECT_EQ(daemon.claim(), ids{lost});
    EXPECT_EQ(progress(known), "IN_FLIGHT") << "the request that the daemon knows of stays claimed";
}

TEST_F(claim, from_many_daemons_at_once_never_puts_two_in_one_lane) {
    sql("INSERT INTO contego.request (action, parameters)"
        " SELECT 'X', jsonb_build_object('smartcard_ca_id', (n % 7)::text, 'stb_ca_id', (n % 5)::text)"
        " FROM generate_series(1, 400) AS n");
    sql("CREATE TABLE public.overlap (n bigint)");
    const auto work = [this] {
        daemon_hands daemon(database_);
        pqxx::connection watcher(database_.connection_string);
        for (int rounds = 0; rounds < 400; ++rounds) {
            const auto claimed = daemon.claim(3);
            const auto held = daemon.latest;
            pqxx::work tx(watcher);
            tx.exec(
                "INSERT INTO public.overlap SELECT count(*) FROM"
                " (SELECT unnest(lanes) AS lane FROM contego.request_open WHERE progress = 'IN_FLIGHT') AS l"
                " GROUP BY lane HAVING count(*) > 1");
            tx.commit();
            for (const auto id : claimed) {
                daemon.latest = held;
                daemon.end(id, disposition::complete);
            }
        }
    };

    {
        const std::jthread a(work);
        const std::jthread b(work);
        const std::jthread c(work);
    }

    EXPECT_EQ(one("SELECT count(*) FROM public.overlap"), "0");
    EXPECT_EQ(one("SELECT count(*) FROM contego.request_open"), "0");
    EXPECT_EQ(one("SELECT count(*) FROM contego.request WHERE life_cycle_state = 'COMPLETED'"), "400");
    EXPECT_EQ(one("SELECT count(*) FROM contego.lane"), "0");
    // Each lane was finished in the order of its numbers.
    EXPECT_EQ(
        one("SELECT count(*) FROM ("
            " SELECT fence, lag(fence) OVER (PARTITION BY lane ORDER BY sequence_number) AS before"
            " FROM (SELECT unnest(lanes) AS lane, sequence_number, fence FROM contego.request) AS r) AS f"
            " WHERE fence <= before"),
        "0");
}

/// All statements run in one session, which keeps its plans.
class plans_of_an_empty_queue : public claim {
protected:
    plans_of_an_empty_queue() : daemon_(database_) {
        sql("ALTER TABLE contego.request_open SET (autovacuum_enabled = off)");
        sql("ALTER TABLE contego.lane SET (autovacuum_enabled = off)");
        for (int n = 0; n < 6; ++n) { // PostgreSQL keeps a generic plan after five executions
            insert_for_card("1");
            claim_all();
            rows_read_by_recording();
        }
    }

    void claim_all() {
        sql("DROP TABLE IF EXISTS claimed");
        sql("CREATE TEMPORARY TABLE claimed AS SELECT id, fence FROM contego.claim(" +
            std::to_string(daemon_.membership.daemon_id()) + ", 'default', 100) WHERE id IS NOT NULL");
    }

    /// Returns how many rows of request_open recording reads through indexes.
    std::int64_t rows_read_by_recording() {
        sql("SELECT pg_stat_force_next_flush()"); // otherwise earlier reads would be counted, too
        pqxx::work tx(session_);
        tx.exec(
            "SELECT contego.record(verdict_request_id => array_agg(id), verdict_fence => array_agg(fence),"
            " verdict_disposition => array_agg('complete'::text)) FROM claimed");
        const auto read = tx.exec("SELECT idx_tup_fetch FROM pg_stat_xact_user_tables"
                                  " WHERE schemaname = 'contego' AND relname = 'request_open'");
        tx.commit();
        return read[0][0].as<std::int64_t>();
    }

    const daemon_hands daemon_;
};

TEST_F(plans_of_an_empty_queue, read_no_table_as_a_whole_when_it_is_full) {
    sql("INSERT INTO contego.request (action, parameters) SELECT 'ADD_SUBSCRIPTIONS',"
        " jsonb_build_object('smartcard_ca_id', n::text) FROM generate_series(1, 20000) AS n");
    const std::string read_whole = "SELECT sum(seq_scan) FROM pg_stat_user_tables"
                                   " WHERE schemaname = 'contego' AND relname IN ('request_open', 'lane')";
    sql("SELECT pg_stat_force_next_flush()");
    const auto before = one(read_whole);

    claim_all();
    EXPECT_LT(rows_read_by_recording(), 1000);

    sql("SELECT pg_stat_force_next_flush()");
    EXPECT_EQ(one(read_whole), before);
}

TEST_F(plans_of_an_empty_queue, read_none_of_those_that_wait_for_others_when_one_ends) {
    insert_for_card("1");
    sql("UPDATE contego.request_open SET progress = 'HELD'");
    sql("INSERT INTO contego.request (action, parameters)"
        R"( SELECT 'ADD_SUBSCRIPTIONS', '{"smartcard_ca_id":"1"}' FROM generate_series(1, 4000))");
    insert_for_card("2");
    sql("ANALYZE contego.request_open"); // the statistics then contain no BLOCKED request
    claim_all();
    ASSERT_EQ(one("SELECT count(*) FROM contego.request_open WHERE progress = 'BLOCKED'"), "4000");
    ASSERT_EQ(one("SELECT count(*) FROM claimed"), "1");

    EXPECT_LT(rows_read_by_recording(), 100);
}

TEST_F(plans_of_an_empty_queue, look_for_what_ends_in_no_index_that_is_full_of_what_ended) {
    const std::string searches =
        "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'request_open_in_flight'";
    insert_for_card("1");
    claim_all();
    sql("SELECT pg_stat_force_next_flush()");
    const auto before = one(searches);

    rows_read_by_recording();

    sql("SELECT pg_stat_force_next_flush()");
    EXPECT_EQ(one(searches), before);
}

/// A held request of card 1, with other requests behind it.
class behind_one : public claim {
protected:
    behind_one() {
        insert_for_card("1");
        sql("UPDATE contego.request SET progress = 'HELD'");
    }

    void insert_behind(int count) {
        sql("INSERT INTO contego.request (action, parameters) SELECT 'ADD_SUBSCRIPTIONS',"
            R"( '{"smartcard_ca_id":"1"}' FROM generate_series(1, )" +
            std::to_string(count) + ")");
    }

    std::string parked() {
        return one("SELECT count(*) FROM contego.request_open WHERE progress = 'BLOCKED'");
    }

    daemon_hands daemon_{database_};
};

TEST_F(behind_one, very_many_do_not_keep_others_waiting_until_all_are_parked) {
    insert_behind(7000);
    const auto free = insert_for_card("2");

    EXPECT_EQ(daemon_.claim(), ids{free});
    EXPECT_TRUE(daemon_.latest.more);
    EXPECT_LT(std::stoi(parked()), 7000);
    EXPECT_EQ(daemon_.claim(), ids{});
    EXPECT_FALSE(daemon_.latest.more);
    EXPECT_EQ(parked(), "7000");
}

TEST_F(behind_one, what_lies_between_very_many_keeps_its_order) {
    insert_behind(1500);
    const auto between = insert_for_card("2");
    insert_behind(1500);
    const auto after_it = insert_for_card("2");
    const auto free = insert_for_card("3");

    EXPECT_EQ(daemon_.claim(10),
              (ids{free, between})); // the second scan started after the last request of card 1
    EXPECT_EQ(column(after_it, "blocked_by"), std::to_string(between));
}

TEST_F(behind_one, very_many_and_nothing_else_are_parked_a_slice_a_claim) {
    insert_behind(7000);

    EXPECT_EQ(daemon_.claim(), ids{});
    EXPECT_TRUE(daemon_.latest.more);
    EXPECT_GE(std::stoi(parked()), 3000);
    EXPECT_EQ(daemon_.claim(), ids{});
    EXPECT_EQ(parked(), "7000");
}

TEST_F(claim, reads_of_what_is_in_flight_only_what_comes_later) {
    sql("INSERT INTO contego.request (action, parameters) SELECT 'ADD_SUBSCRIPTIONS',"
        " jsonb_build_object('smartcard_ca_id', n::text) FROM generate_series(1, 200) AS n");
    daemon_hands daemon(database_);
    daemon.claim(200);
    const auto next = insert_for_card("201");
    const std::string entries =
        "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'request_open_in_flight'";
    const auto before = std::stoi(one(entries));

    EXPECT_EQ(daemon.claim(), ids{next});

    daemon.source.reset(); // a session reports its statistics when it ends
    const auto told = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const std::string searches =
        "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname = 'request_open_in_flight'";
    while (std::stoi(one(searches)) < 2 && std::chrono::steady_clock::now() < told)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_GE(std::stoi(one(searches)), 2);
    EXPECT_EQ(std::stoi(one(entries)), before);
}

/// An earlier request became due while a later one of its card was in flight, and is parked behind it.
class overtaken : public claim {
protected:
    overtaken() {
        earlier_ = insert_for_card("1", ", scheduled_date", ", now() + interval '1 hour'");
        later_ = insert_for_card("1");
        EXPECT_EQ(daemon_.claim(), ids{later_});
        flight_ = daemon_.latest;
        sql("UPDATE contego.request SET scheduled_date = now(), due_date = now() WHERE id = " +
            std::to_string(earlier_));
        EXPECT_EQ(daemon_.claim(), ids{});
        EXPECT_EQ(column(earlier_, "blocked_by"), std::to_string(later_));
        daemon_.latest = flight_;
    }

    daemon_hands daemon_{database_};
    std::int64_t earlier_ = 0;
    std::int64_t later_ = 0;
    claim_batch flight_;
};

TEST_F(overtaken, goes_first_when_the_later_one_is_to_be_tried_again) {
    daemon_.end(later_, disposition::retry, std::chrono::milliseconds(0));

    EXPECT_EQ(daemon_.claim(), ids{earlier_});
    EXPECT_EQ(column(later_, "blocked_by"), std::to_string(earlier_));
}

TEST_F(overtaken, goes_first_when_the_later_one_is_given_back) {
    daemon_.end(later_, disposition::release);
    EXPECT_EQ(daemon_.claim(), ids{earlier_});
}

TEST_F(overtaken, goes_first_when_the_later_one_is_rescued) {
    sql("UPDATE contego.daemon SET lease_until = '-infinity'");
    daemon_hands alive(database_);
    alive.membership.rescue();

    EXPECT_EQ(alive.claim(), ids{earlier_});
}

TEST_F(overtaken, goes_first_when_the_claim_of_the_later_one_was_lost) {
    sql("SELECT contego.give_back_lost(" + std::to_string(daemon_.membership.daemon_id()) +
        ", 'default', 0)");

    EXPECT_EQ(daemon_.claim(), ids{earlier_});
}

TEST_F(claim, keeps_the_order_of_what_was_inserted_while_it_waited_for_its_turn) {
    daemon_hands daemon(database_);
    sql(make_lock);
    const auto first = insert_for_card("1");
    pqxx::connection other(database_.connection_string);
    pqxx::work turn(other);
    turn.exec("SELECT contego.take_lock('claim', 'default')");
    for (int times = 0; times < 20; ++times)
        daemon.claim(); // is turned away; the next one waits in line
    auto claiming = std::async(std::launch::async, [&] { return daemon.claim(); });
    until_somebody_waits();
    insert_for_card("1");

    turn.commit();

    EXPECT_EQ(claiming.get(), ids{first});
}

} // namespace
} // namespace contego::testing
