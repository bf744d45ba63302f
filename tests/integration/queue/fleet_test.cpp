#include "queue_fixture.hpp"

namespace contego::testing {
namespace {

class membership : public queue_fixture {
protected:
    /// Ends a daemon's lease as time would.
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

    EXPECT_EQ(alive.membership.keep(), 1);

    ASSERT_EQ(alive.claim(), ids{id});
    EXPECT_TRUE(alive.latest.requests.front().interrupted);
    EXPECT_EQ(alive.latest.requests.front().attempts, 0);
}

TEST_F(membership, leaves_the_requests_of_a_living_daemon_alone) {
    const auto id = insert_for_card("1");
    daemon_hands busy(database_);
    daemon_hands other(database_);
    ASSERT_EQ(busy.claim(), ids{id});

    EXPECT_EQ(other.membership.keep(), 0);

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

    EXPECT_EQ(alive.membership.keep(), 1);
    recording.abort();
    EXPECT_EQ(alive.membership.keep(), 1);

    EXPECT_EQ(alive.claim(), (ids{locked, free}));
}

TEST_F(membership, lets_no_daemon_write_that_was_taken_for_dead) {
    const auto id = insert_for_card("1");
    daemon_hands zombie(database_);
    daemon_hands alive(database_);
    ASSERT_EQ(zombie.claim(), ids{id});
    expire(zombie);
    alive.membership.keep();

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

    EXPECT_EQ(staying.membership.keep(), 1);
    EXPECT_EQ(staying.claim(), ids{id});
}

TEST_F(membership, repairs_a_request_that_waits_for_one_that_is_gone) {
    const auto id = insert_for_card("1");
    sql("UPDATE contego.request SET progress = 'BLOCKED', blocked_by = 999999 WHERE id = " +
        std::to_string(id));
    daemon_hands daemon(database_);

    daemon.membership.keep();

    EXPECT_EQ(daemon.claim(), ids{id});
}

} // namespace
} // namespace contego::testing
