#include "queue/feed.hpp"
#include "queue_fixture.hpp"

namespace contego::testing {
namespace {

class membership : public queue_fixture {
protected:
    /// Ends the lease of a daemon, as the passing of time would.
    void expire(const daemon_hands& daemon) {
        sql("UPDATE contego.daemon SET lease_until = now() - interval '1 second' WHERE id = " +
            std::to_string(daemon.membership.daemon_id()));
    }
};

TEST_F(membership, is_kept_under_one_number) {
    daemon_hands daemon(database_);
    const auto id = daemon.membership.daemon_id();

    daemon.membership.keep();

    EXPECT_EQ(daemon.membership.daemon_id(), id);
    EXPECT_EQ(one("SELECT count(*) FROM contego.daemon"), "1");
}

TEST_F(membership, moves_the_requests_of_a_dead_daemon_to_another) {
    const auto id = insert_for_card("1");
    daemon_hands dead(database_);
    daemon_hands alive(database_);
    ASSERT_EQ(dead.claim(), ids{id});
    expire(dead);

    EXPECT_EQ(alive.keep_house(), 1);

    ASSERT_EQ(alive.claim(), ids{id});
    EXPECT_TRUE(alive.latest.requests.front().maybe_sent);
    EXPECT_EQ(alive.latest.requests.front().attempts, 0);
}

TEST_F(membership, leaves_the_requests_of_a_living_daemon_alone) {
    const auto id = insert_for_card("1");
    daemon_hands busy(database_);
    daemon_hands other(database_);
    ASSERT_EQ(busy.claim(), ids{id});

    EXPECT_EQ(other.keep_house(), 0);

    EXPECT_EQ(other.claim(), ids{});
    EXPECT_TRUE(busy.end(id, disposition::complete).stale.empty());
}

TEST_F(membership, waits_for_nobody_who_is_recording) {
    const auto locked = insert_for_card("1");
    const auto free = insert_for_card("2");
    daemon_hands dead(database_);
    daemon_hands alive(database_);
    ASSERT_EQ(dead.claim(), (ids{locked, free}));
    expire(dead);
    pqxx::connection other(database_.connection_string);
    pqxx::work recording(other);
    recording.exec("SELECT FROM contego.request_open WHERE id = " + std::to_string(locked) + " FOR UPDATE");

    EXPECT_EQ(alive.keep_house(), 1);
    recording.abort();
    EXPECT_EQ(alive.keep_house(), 1);

    EXPECT_EQ(alive.claim(), (ids{locked, free}));
}

TEST_F(membership, lets_no_daemon_write_that_was_taken_for_dead) {
    const auto id = insert_for_card("1");
    daemon_hands zombie(database_);
    daemon_hands alive(database_);
    ASSERT_EQ(zombie.claim(), ids{id});
    expire(zombie);
    alive.keep_house();

    EXPECT_EQ(zombie.end(id, disposition::complete).stale, ids{id});
    ASSERT_EQ(alive.claim(), ids{id});
    EXPECT_EQ(zombie.end(id, disposition::complete).stale, ids{id});

    EXPECT_EQ(progress(id), "IN_FLIGHT");
}

TEST_F(membership, is_joined_anew_under_another_number_after_the_lease_ended) {
    daemon_hands daemon(database_);
    const auto former = daemon.membership.daemon_id();
    expire(daemon);

    daemon.membership.keep();

    EXPECT_NE(daemon.membership.daemon_id(), former);
}

TEST_F(membership, ends_at_once_when_the_daemon_leaves) {
    const auto id = insert_for_card("1");
    daemon_hands leaving(database_);
    daemon_hands staying(database_);
    ASSERT_EQ(leaving.claim(), ids{id});

    leaving.membership.leave();

    EXPECT_EQ(staying.keep_house(), 1);
    EXPECT_EQ(staying.claim(), ids{id});
}

/// Returns this process with another start time: a process that has ended, and whose process ID this one has
/// now.
queue::process ended_process() {
    auto ended = queue::this_process();
    --ended.started_ticks;
    return ended;
}

TEST_F(membership, of_a_process_that_is_seen_to_be_no_more_ends_at_once) {
    const auto id = insert_for_card("1");
    daemon_hands dead(database_, std::chrono::hours(1), ended_process());
    daemon_hands alive(database_, std::chrono::hours(1), queue::this_process());
    ASSERT_EQ(dead.claim(), ids{id});

    EXPECT_EQ(alive.keep_house(), 1);

    ASSERT_EQ(alive.claim(), ids{id});
    EXPECT_TRUE(alive.latest.requests.front().maybe_sent);
    EXPECT_EQ(dead.end(id, disposition::complete).stale, ids{id});
}

TEST_F(membership, of_a_process_on_another_machine_is_not_judged) {
    const auto id = insert_for_card("1");
    auto elsewhere = ended_process();
    elsewhere.machine = "another boot pid:[1]";
    daemon_hands unknown(database_, std::chrono::hours(1), elsewhere);
    daemon_hands alive(database_, std::chrono::hours(1), queue::this_process());
    ASSERT_EQ(unknown.claim(), ids{id});

    EXPECT_EQ(alive.keep_house(), 0);
}

TEST_F(membership, where_the_machine_is_not_known_is_not_judged) {
    const auto id = insert_for_card("1");
    auto nowhere = ended_process();
    nowhere.machine = "";
    daemon_hands unknown(database_, std::chrono::hours(1), nowhere);
    daemon_hands alive(database_, std::chrono::hours(1), nowhere);
    ASSERT_EQ(unknown.claim(), ids{id});

    EXPECT_EQ(alive.keep_house(), 0);
}

TEST_F(membership, of_a_living_process_is_left_alone) {
    const auto id = insert_for_card("1");
    daemon_hands one(database_, std::chrono::hours(1), queue::this_process());
    daemon_hands other(database_, std::chrono::hours(1), queue::this_process());
    ASSERT_EQ(one.claim(), ids{id});

    EXPECT_EQ(other.keep_house(), 0);

    EXPECT_TRUE(one.end(id, disposition::complete).stale.empty());
}

/// One daemon, which takes its share again and again.
struct shareholder {
    explicit shareholder(const queue::database_options& database) : hands(database) {}

    /// Takes the share anew and returns its number of exchanges. `sending` is the number of exchanges still
    /// in flight.
    std::size_t ask(std::size_t most, std::size_t sending = 0) {
        has = hands.membership.take_share(
            "default", {most, static_cast<double>(most)}, {std::max(has.in_flight, sending), has.rate});
        return has.in_flight;
    }

    daemon_hands hands;
    queue::share has;
};

TEST_F(membership, alone_gives_all_that_the_fleet_may_do) {
    shareholder one(database_);

    EXPECT_EQ(one.ask(10), 10U);
    EXPECT_EQ(one.has.rate, 10);
}

TEST_F(membership, shares_out_evenly_what_the_fleet_may_do) {
    shareholder one(database_);
    shareholder two(database_);
    shareholder three(database_);
    for (int round = 0; round < 3; ++round)
        for (auto* each : {&one, &two, &three})
            each->ask(10);

    EXPECT_EQ(one.has.in_flight, 4U);
    EXPECT_EQ(two.has.in_flight, 3U);
    EXPECT_EQ(three.has.in_flight, 3U);
    EXPECT_NEAR(one.has.rate + two.has.rate + three.has.rate, 10, 0.01);
}

TEST_F(membership, gives_a_newcomer_only_what_the_others_have_given_up) {
    shareholder old(database_);
    shareholder young(database_);
    old.ask(10);

    EXPECT_EQ(young.ask(10), 0U) << "the other daemon may have ten exchanges in flight";
    EXPECT_EQ(old.ask(10), 5U);
    EXPECT_EQ(young.ask(10), 0U) << "the other daemon has not taken its smaller share yet";
    EXPECT_EQ(old.ask(10, 8), 5U);
    EXPECT_EQ(young.ask(10), 2U) << "the other daemon still has eight exchanges in flight";
    EXPECT_EQ(old.ask(10, 5), 5U);
    EXPECT_EQ(young.ask(10), 5U);
}

TEST_F(membership, shares_out_anew_what_the_dead_had) {
    shareholder dead(database_);
    shareholder alive(database_);
    for (int round = 0; round < 3; ++round)
        for (auto* each : {&dead, &alive})
            each->ask(10);
    ASSERT_EQ(alive.has.in_flight, 5U);
    expire(dead.hands);

    EXPECT_EQ(alive.ask(10), 10U);
    EXPECT_EQ(dead.ask(10), 0U) << "until it has joined again";
}

TEST_F(membership, of_more_daemons_than_the_fleet_may_have_exchanges_leaves_some_without) {
    shareholder one(database_);
    shareholder two(database_);
    shareholder three(database_);
    for (int round = 0; round < 3; ++round)
        for (auto* each : {&one, &two, &three})
            each->ask(2);

    EXPECT_EQ(one.has.in_flight + two.has.in_flight + three.has.in_flight, 2U);
}

TEST_F(membership, repairs_a_request_that_waits_for_one_that_is_gone) {
    const auto id = insert_for_card("1");
    sql("UPDATE contego.request SET progress = 'BLOCKED', blocked_by = 999999 WHERE id = " +
        std::to_string(id));
    daemon_hands daemon(database_);

    daemon.keep_house();

    EXPECT_EQ(daemon.claim(), ids{id});
}

TEST_F(membership, looks_behind_very_many_that_rightly_wait_in_the_next_call) {
    sql("INSERT INTO contego.request (action, parameters)"
        " SELECT 'ADD_SUBSCRIPTIONS', '{}' FROM generate_series(1, 20001)");
    sql("UPDATE contego.request SET progress = 'BLOCKED', blocked_by = id - 10000 WHERE id > 10000");
    sql("UPDATE contego.request SET blocked_by = 999999 WHERE id = 20001");
    daemon_hands daemon(database_);

    daemon.keep_house();
    EXPECT_EQ(progress(20001), "BLOCKED");
    daemon.keep_house();

    EXPECT_EQ(progress(20001), "QUEUED");
    EXPECT_EQ(one("SELECT count(*) FROM contego.request WHERE progress = 'BLOCKED'"), "10000");
}

TEST_F(membership, takes_over_from_the_dead_without_a_look_at_the_feed) {
    const auto id = insert_for_card("1");
    sql("UPDATE contego.request SET progress = 'IN_FLIGHT', claimed_by = 999 WHERE id = " +
        std::to_string(id));
    sql("INSERT INTO contego.feed_inbox SELECT n, 'COMPLETED', now(), 'crm' FROM generate_series(1, 10001) "
        "AS n");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.keep_house(), 1);

    EXPECT_EQ(one("SELECT count(*) FROM contego.feed"), "0");
    queue::feed feed(database_);
    EXPECT_TRUE(feed.number_finished());
    EXPECT_EQ(one("SELECT count(*) FROM contego.feed"), "10000");
    EXPECT_TRUE(feed.number_finished());
    EXPECT_FALSE(feed.number_finished());
    EXPECT_EQ(one("SELECT count(*) FROM contego.feed"), "10001");
}

} // namespace
} // namespace contego::testing
