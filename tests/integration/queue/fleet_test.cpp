#include "database/sqlstate.hpp"
#include "queue/poller.hpp"
#include "queue_fixture.hpp"

#include <future>

namespace contego::testing {
namespace {

class membership : public queue_fixture {
protected:
    static std::string number_of(const daemon_hands& daemon) {
        return std::to_string(daemon.membership.daemon_id());
    }

    /// Ends the lease of a daemon, as time does if only the other daemons renew their leases.
    void expire(const daemon_hands& daemon) {
        sql("UPDATE contego.daemon SET steady_since = now() - interval '1 hour'");
        sql("UPDATE contego.daemon SET lease_until = now() - interval '1 second' WHERE id = " +
            number_of(daemon));
    }

    /// Ends all leases, as a database does that is away for longer than a lease.
    void be_away() {
        sql("UPDATE contego.daemon SET steady_since = now() - interval '1 hour',"
            " lease_until = now() - interval '1 second'");
    }

    /// Makes the daemon steady for this long.
    void be_steady(const daemon_hands& daemon, const std::string& time) {
        sql("UPDATE contego.daemon SET steady_since = now() - interval '" + time +
            "' WHERE id = " + number_of(daemon));
    }

    /// Renews the lease of the daemon after a change of its row. Returns whether it is still steady.
    bool stays_steady(daemon_hands& daemon, const std::string& change) {
        sql("UPDATE contego.daemon SET steady_since = now() - interval '1 hour', " + change);
        daemon.membership.keep();
        return one("SELECT steady_since < now() - interval '30 minutes' FROM contego.daemon") == "t";
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

TEST_F(membership, is_joined_anew_under_another_number_after_the_daemon_was_taken_for_dead) {
    daemon_hands daemon(database_);
    daemon_hands alive(database_);
    const auto former = daemon.membership.daemon_id();
    expire(daemon);
    alive.keep_house();

    daemon.membership.keep();

    EXPECT_NE(daemon.membership.daemon_id(), former);
}

TEST_F(membership, that_nobody_could_renew_goes_on_with_its_number_and_its_requests) {
    const auto id = insert_for_card("1");
    daemon_hands owner(database_);
    daemon_hands first_back(database_);
    const auto number = owner.membership.daemon_id();
    ASSERT_EQ(owner.claim(), ids{id});
    be_away();

    EXPECT_EQ(first_back.membership.rescue(), 0);
    EXPECT_EQ(first_back.keep_house(), 0);
    owner.membership.keep();

    EXPECT_EQ(owner.membership.daemon_id(), number);
    EXPECT_TRUE(owner.end(id, disposition::complete).stale.empty());
    EXPECT_EQ(progress(id), "DONE");
}

TEST_F(membership, that_nobody_could_renew_ends_a_lease_after_the_others_are_back) {
    const auto id = insert_for_card("1");
    daemon_hands dead(database_);
    daemon_hands alive(database_);
    ASSERT_EQ(dead.claim(), ids{id});
    be_away();
    ASSERT_EQ(alive.keep_house(), 0);

    be_steady(alive, "4 minutes 50 seconds");
    EXPECT_EQ(alive.keep_house(), 0) << "a lease lasts five minutes";
    be_steady(alive, "5 minutes");
    EXPECT_EQ(alive.keep_house(), 1);

    EXPECT_EQ(alive.claim(), ids{id});
}

TEST_F(membership, is_not_ended_by_a_daemon_whose_own_lease_has_ended) {
    const auto id = insert_for_card("1");
    daemon_hands owner(database_);
    daemon_hands other(database_);
    ASSERT_EQ(owner.claim(), ids{id});
    be_away();

    EXPECT_EQ(other.membership.rescue(), 0);

    EXPECT_EQ(progress(id), "IN_FLIGHT");
}

TEST_F(membership, is_not_ended_by_a_daemon_that_has_not_renewed_its_own_lease_yet) {
    const auto id = insert_for_card("1");
    daemon_hands owner(database_);
    daemon_hands other(database_);
    ASSERT_EQ(owner.claim(), ids{id});
    expire(owner);
    sql("UPDATE contego.daemon SET lease_until = now() + 0.38 * lease WHERE id = " + number_of(other));

    EXPECT_EQ(other.membership.rescue(), 0) << "the database was away for 0.62 of a lease";
    owner.membership.keep();

    EXPECT_TRUE(owner.end(id, disposition::complete).stale.empty());
}

TEST_F(membership, is_steady_while_it_is_renewed_in_time) {
    daemon_hands daemon(database_);

    EXPECT_TRUE(stays_steady(daemon, "lease_until = now() + 0.42 * lease"));
    EXPECT_FALSE(stays_steady(daemon, "lease_until = now() + 0.38 * lease")) << "a pause of 0.62 of a lease";
    EXPECT_FALSE(stays_steady(daemon, "lease_until = now() + 1.1 * lease")) << "the clock was set back";
}

TEST_F(membership, is_steady_on_one_server_only) {
    daemon_hands daemon(database_);

    EXPECT_FALSE(stays_steady(daemon, "server_start = server_start - interval '1 day'"));
}

TEST_F(membership, that_is_longer_than_a_lease_can_be_is_cut) {
    const auto id = insert_for_card("1");
    daemon_hands dead(database_);
    daemon_hands alive(database_);
    ASSERT_EQ(dead.claim(), ids{id});
    sql("UPDATE contego.daemon SET lease_until = now() + interval '1 hour' WHERE id = " + number_of(dead));

    EXPECT_EQ(alive.keep_house(), 0) << "the daemon may live, and trust its lease";

    EXPECT_EQ(one("SELECT lease_until BETWEEN now() + lease - interval '10 seconds' AND now() + lease"
                  " FROM contego.daemon WHERE id = " +
                  number_of(dead)),
              "t");
    expire(dead);
    EXPECT_EQ(alive.keep_house(), 1);
}

TEST_F(membership, that_has_ended_gives_no_request) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    be_away();

    EXPECT_THROW(
        try { daemon.claim(); } catch (const queue::server_error& e) {
            EXPECT_EQ(e.sqlstate(), "CG002");
            throw;
        },
        queue::server_error);
    EXPECT_EQ(progress(id), "QUEUED");
    EXPECT_TRUE(daemon.membership.needs_renewal());
    daemon.membership.keep();

    EXPECT_FALSE(daemon.membership.needs_renewal());
    EXPECT_EQ(daemon.claim(), ids{id});
}

TEST_F(membership, is_not_renewed_while_a_rescue_ends_it) {
    daemon_hands owner(database_);
    daemon_hands alive(database_);
    const auto former = owner.membership.daemon_id();
    expire(owner);
    pqxx::connection other(database_.connection_string);
    pqxx::work rescuing(other);
    rescuing.exec("SELECT contego.rescue()");
    auto renewing = std::async(std::launch::async, [&] { owner.membership.keep(); });
    until_somebody_waits();

    rescuing.commit();
    renewing.get();

    EXPECT_NE(owner.membership.daemon_id(), former);
}

TEST_F(membership, is_not_ended_by_a_rescue_while_it_is_renewed) {
    const auto id = insert_for_card("1");
    daemon_hands owner(database_);
    daemon_hands alive(database_);
    ASSERT_EQ(owner.claim(), ids{id});
    expire(owner);
    pqxx::connection other(database_.connection_string);
    pqxx::work renewing(other);
    renewing.exec("SELECT contego.renew_lease(" + number_of(owner) + ", interval '5 minutes')");
    auto rescue = std::async(std::launch::async, [&] { return alive.membership.rescue(); });
    until_somebody_waits();

    renewing.commit();

    EXPECT_EQ(rescue.get(), 0);
    EXPECT_TRUE(owner.end(id, disposition::complete).stale.empty());
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

TEST_F(membership, of_a_process_that_ended_while_the_database_was_away_ends_at_once) {
    const auto id = insert_for_card("1");
    daemon_hands dead(database_, std::chrono::minutes(5), ended_process());
    daemon_hands alive(database_, std::chrono::minutes(5), queue::this_process());
    ASSERT_EQ(dead.claim(), ids{id});
    be_away();

    EXPECT_EQ(alive.keep_house(), 1);

    EXPECT_EQ(alive.claim(), ids{id});
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

    EXPECT_EQ(alive.ask(10), 5U) << "the other daemon may still renew its lease";
    alive.hands.keep_house();
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
    queue::poller feed(database_, daemon.membership, std::chrono::seconds(1));
    EXPECT_TRUE(feed.number_finished());
    EXPECT_EQ(one("SELECT count(*) FROM contego.feed"), "10000");
    EXPECT_TRUE(feed.number_finished());
    EXPECT_FALSE(feed.number_finished());
    EXPECT_EQ(one("SELECT count(*) FROM contego.feed"), "10001");
}

} // namespace
} // namespace contego::testing
