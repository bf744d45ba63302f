#include "database/sqlstate.hpp"
#include "fleet/lineage.hpp"
#include "queue/poller.hpp"
#include "queue_fixture.hpp"

#include <gmock/gmock.h>

namespace contego::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A server that takes over differs from the former one by its timeline. These tests change the recorded one
/// instead, and change rows back to what they were when the log ended.
class lineage : public queue_fixture {
protected:
    void fail_over() { sql("UPDATE contego.lineage SET timeline = timeline - 1"); }

    /// Changes a request back to what it was before its claim.
    void lose_claim(std::int64_t id) {
        sql("UPDATE contego.request_open SET progress = 'QUEUED', fence = 0, claimed_by = NULL, claimed_date "
            "= NULL"
            " WHERE id = " +
            std::to_string(id));
    }

    std::string stopped() { return one("SELECT coalesce(because, '') FROM contego.claiming_stopped()"); }

    /// Takes all steps of contego.after_data_loss. Returns how many requests were marked.
    std::int64_t say_that_data_was_lost() {
        queue::lineage on(database_);
        std::int64_t marked = 0;
        for (;;) {
            const auto step = on.after_data_loss({"a test"});
            marked += step.requests;
            if (step.name == "done") return marked;
            if (step.name == "waiting") sql("UPDATE contego.lineage SET leases_end = now()");
        }
    }

    static std::string number_of(const daemon_hands& daemon) {
        return std::to_string(daemon.membership.daemon_id());
    }
};

TEST_F(lineage, of_a_new_schema_needs_no_confirmation) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim(), ids{id});
    EXPECT_EQ(one("SELECT count(*) FROM contego.lineage WHERE confirmed_date IS NOT NULL"), "1");
}

TEST_F(lineage, after_a_failover_that_lost_nothing_is_confirmed_by_the_daemons_alone) {
    const auto ended = insert_for_card("1");
    const auto kept = insert_for_card("2");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), (ids{ended, kept}));
    ASSERT_TRUE(daemon.end(ended, disposition::complete).stale.empty());
    const auto number = daemon.membership.daemon_id();
    fail_over();

    daemon.membership.keep();

    EXPECT_EQ(daemon.membership.claiming_stopped(), "");
    EXPECT_EQ(daemon.membership.daemon_id(), number);
    EXPECT_TRUE(daemon.end(kept, disposition::complete).stale.empty());
    const auto later = insert_for_card("1");
    EXPECT_GT(later, 100'000'000) << "no number that the former server may have given comes back";
    EXPECT_EQ(daemon.claim(), ids{later});
    EXPECT_FALSE(daemon.latest.requests.front().maybe_sent);
}

TEST_F(lineage, waits_until_each_daemon_has_found_its_writes) {
    const auto id = insert_for_card("1");
    daemon_hands first(database_);
    daemon_hands second(database_);
    fail_over();

    first.membership.keep();
    EXPECT_THAT(first.membership.claiming_stopped(), HasSubstr("(daemon " + number_of(second) + ")"));
    EXPECT_EQ(first.claim(), ids{});
    EXPECT_TRUE(first.membership.needs_renewal());
    second.membership.keep();
    EXPECT_EQ(second.membership.claiming_stopped(), "");
    first.membership.keep();

    EXPECT_EQ(first.claim(), ids{id});
}

TEST_F(lineage, is_not_confirmed_by_a_daemon_of_a_former_release) {
    daemon_hands former(database_);
    fail_over();

    EXPECT_EQ(one("SELECT contego.renew_lease(" + number_of(former) + ", interval '5 minutes')"), "t");

    EXPECT_THAT(stopped(), HasSubstr("(daemon " + number_of(former) + ")"));
}

TEST_F(lineage, is_not_confirmed_by_a_daemon_that_joined_afterwards) {
    {
        const daemon_hands stopped_before(database_);
    }
    sql("DELETE FROM contego.daemon");
    const auto id = insert_for_card("1");
    fail_over();

    daemon_hands daemon(database_);
    daemon.membership.keep();
    EXPECT_THAT(daemon.membership.claiming_stopped(), HasSubstr("no daemon that worked before still runs"));
    EXPECT_EQ(daemon.claim(), ids{});
    fail_over();
    daemon.membership.keep();
    EXPECT_NE(daemon.membership.claiming_stopped(), "") << "it joined after the first failover";
    EXPECT_EQ(queue::lineage(database_).after_data_loss({.reason = "a test", .nothing_lost = true}).name,
              "done");
    daemon.membership.keep();

    EXPECT_EQ(daemon.claim(), ids{id});
    EXPECT_FALSE(daemon.latest.requests.front().maybe_sent);
}

TEST_F(lineage, in_which_a_claim_is_missing_stops_claiming) {
    const auto id = insert_for_card("1");
    daemon_hands owner(database_);
    daemon_hands other(database_);
    ASSERT_EQ(owner.claim(), ids{id});
    lose_claim(id);
    fail_over();

    other.membership.keep();
    owner.membership.keep();
    other.membership.keep();

    EXPECT_THAT(other.membership.claiming_stopped(),
                HasSubstr("daemon " + number_of(owner) + " does not find the claim of request " +
                          std::to_string(id)));
    EXPECT_EQ(owner.claim(), ids{});
    EXPECT_EQ(other.claim(), ids{});
    const auto trusted_until = owner.membership.trusted_until();
    owner.membership.keep();
    EXPECT_EQ(owner.membership.trusted_until(), trusted_until)
        << "another daemon may have been given its requests";
    EXPECT_EQ(progress(id), "QUEUED");
}

TEST_F(lineage, in_which_an_outcome_is_missing_stops_claiming) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{id});
    ASSERT_TRUE(daemon.end(id, disposition::retry).stale.empty());
    sql("UPDATE contego.request_open SET progress = 'IN_FLIGHT', claimed_by = 1, claimed_date = now()");
    fail_over();

    daemon.membership.keep();

    EXPECT_THAT(daemon.membership.claiming_stopped(), HasSubstr("does not find the outcome of request"));
}

TEST_F(lineage, in_which_a_request_is_missing_stops_claiming) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{id});
    sql("DELETE FROM contego.request_open");
    fail_over();

    daemon.membership.keep();

    EXPECT_THAT(daemon.membership.claiming_stopped(), HasSubstr("does not find the claim of request"));
}

TEST_F(lineage, in_which_a_renewal_is_missing_stops_claiming) {
    daemon_hands daemon(database_);
    daemon.membership.keep();
    sql("UPDATE contego.daemon SET renewals = renewals - 1");
    fail_over();

    daemon.membership.keep();

    EXPECT_THAT(daemon.membership.claiming_stopped(), HasSubstr("does not find renewal"));
}

TEST_F(lineage, in_which_a_daemon_had_not_joined_yet_stops_claiming) {
    const auto id = insert_for_card("1");
    daemon_hands known(database_);
    daemon_hands joined_in_the_lost_tail(database_);
    ASSERT_EQ(joined_in_the_lost_tail.claim(), ids{id});
    lose_claim(id);
    sql("DELETE FROM contego.daemon WHERE id = " + number_of(joined_in_the_lost_tail));
    fail_over();
    known.membership.keep();
    ASSERT_EQ(known.membership.claiming_stopped(), "") << "nobody has heard of the other one";

    joined_in_the_lost_tail.membership.keep();
    known.membership.keep();

    EXPECT_THAT(known.membership.claiming_stopped(), HasSubstr("does not find the claim of request"));
}

TEST_F(lineage, that_lost_writes_in_a_crash_stops_claiming_without_a_new_timeline) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{id});
    lose_claim(id);
    sql("UPDATE contego.daemon SET server_start = server_start - interval '1 second'");

    daemon.membership.keep();

    EXPECT_THAT(daemon.membership.claiming_stopped(), HasSubstr("does not find the claim of request"));
    EXPECT_GT(insert_for_card("1"), 100'000'000);
}

TEST_F(lineage, is_looked_at_before_a_daemon_claims_on_another_server) {
    insert_for_card("1");
    daemon_hands daemon(database_);
    sql("UPDATE contego.daemon SET server_start = server_start - interval '1 second'");

    EXPECT_THROW(
        try { daemon.claim(); } catch (const queue::server_error& e) {
            EXPECT_EQ(e.sqlstate(), "CG002");
            throw;
        },
        queue::server_error);
    EXPECT_TRUE(daemon.membership.needs_renewal());
}

TEST_F(lineage, that_is_stopped_refuses_a_claim_of_a_daemon_that_does_not_know_it) {
    insert_for_card("1");
    daemon_hands daemon(database_);
    sql("UPDATE contego.lineage SET confirmed_date = NULL");

    EXPECT_EQ(daemon.claim(), ids{});

    EXPECT_TRUE(daemon.membership.needs_renewal());
    EXPECT_THROW(sql("SELECT * FROM contego.claim(" + number_of(daemon) + ", 'default', 1)"),
                 pqxx::sql_error);
}

TEST_F(lineage, that_is_not_confirmed_takes_nobody_for_dead) {
    const auto id = insert_for_card("1");
    daemon_hands dead(database_);
    daemon_hands alive(database_);
    ASSERT_EQ(dead.claim(), ids{id});
    fail_over();
    alive.membership.keep();
    sql("UPDATE contego.daemon SET steady_since = now() - interval '1 hour'");
    sql("UPDATE contego.daemon SET lease_until = '-infinity' WHERE id = " + number_of(dead));

    EXPECT_EQ(alive.membership.rescue(), 0);

    alive.membership.keep();
    EXPECT_THAT(alive.membership.claiming_stopped(), HasSubstr("(daemon " + number_of(dead) + ")"));
    EXPECT_EQ(queue::lineage(database_).after_data_loss({.reason = "a test", .nothing_lost = true}).name,
              "done");
    EXPECT_EQ(alive.membership.rescue(), 1);
}

TEST_F(lineage, waits_for_a_daemon_that_left_without_looking) {
    daemon_hands leaves(database_);
    daemon_hands stays(database_);
    fail_over();

    leaves.membership.leave();
    stays.membership.keep();

    EXPECT_THAT(stays.membership.claiming_stopped(), HasSubstr("(daemon " + number_of(leaves) + ")"));
}

TEST_F(lineage, that_a_failover_keeps_is_confirmed_by_one_daemon_even_if_it_has_just_started) {
    const auto id = insert_for_card("1");
    const daemon_hands dead(database_);
    fail_over();
    queue::fleet starts(database_, {"test", "here", 0, "0"}, std::chrono::minutes(5), true);

    starts.keep();

    EXPECT_EQ(starts.claiming_stopped(), "");
    EXPECT_EQ(progress(id), "QUEUED");
    sql("UPDATE contego.lineage SET system_identifier = system_identifier - 1");
    queue::fleet on_a_copy(database_, {"test", "here", 0, "0"}, std::chrono::minutes(5), true);
    on_a_copy.keep();
    EXPECT_NE(on_a_copy.claiming_stopped(), "") << "a copy is no failover";
}

TEST_F(lineage, that_lost_data_marks_all_that_may_have_been_sent_when_an_operator_says_so) {
    const auto claimed = insert_for_card("1");
    const auto blocked = insert_for_card("1");
    const auto held = insert_for_card("3");
    const auto soon = insert_for_card("4", ", scheduled_date", ", now() + interval '5 minutes'");
    const auto later = insert_for_card("5", ", scheduled_date", ", now() + interval '2 hours'");
    daemon_hands daemon(database_);
    sql("SELECT contego.hold(" + std::to_string(held) + ")");
    ASSERT_EQ(daemon.claim(), ids{claimed});
    ASSERT_EQ(daemon.claim(), ids{});
    const auto former = daemon.latest;
    sql("UPDATE contego.daemon SET renewals = renewals - 1");
    fail_over();
    daemon.membership.keep();
    const auto number = daemon.membership.daemon_id();
    const auto after = insert_for_card("6");

    EXPECT_EQ(queue::lineage(database_).after_data_loss({.reason = "a test", .preview = true}).requests, 5)
        << "a preview does not know the numbers";
    EXPECT_EQ(say_that_data_was_lost(), 4);

    EXPECT_EQ(one("SELECT array_agg(id ORDER BY id) FROM contego.request WHERE maybe_sent"),
              "{" + std::to_string(claimed) + "," + std::to_string(blocked) + "," + std::to_string(held) +
                  "," + std::to_string(soon) + "}");
    EXPECT_EQ(progress(claimed), "QUEUED");
    EXPECT_EQ(progress(held), "HELD");
    EXPECT_EQ(progress(later), "SCHEDULED");
    daemon.membership.keep();
    EXPECT_NE(daemon.membership.daemon_id(), number) << "it sends nothing that it claimed before";
    EXPECT_EQ(daemon.claim(), (ids{claimed, after}));
    EXPECT_TRUE(daemon.latest.requests.front().maybe_sent);
    EXPECT_GT(daemon.latest.requests.front().fence, 100'000'000);
    EXPECT_EQ(one("SELECT confirmed_by || ': ' || reason FROM contego.lineage ORDER BY number DESC LIMIT 1"),
              "postgres: a test");
}

TEST_F(lineage, that_lost_data_is_not_called_complete) {
    daemon_hands daemon(database_);
    sql("UPDATE contego.daemon SET renewals = renewals - 1");
    fail_over();
    daemon.membership.keep();
    queue::lineage on(database_);

    EXPECT_THROW(static_cast<void>(on.after_data_loss({.reason = "a test", .nothing_lost = true})),
                 queue::server_error);
    EXPECT_THROW(static_cast<void>(on.after_data_loss({})), queue::server_error) << "no reason";
    EXPECT_NE(stopped(), "");
}

TEST_F(lineage, that_nobody_noticed_to_have_lost_data_is_stopped_by_an_operator) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    queue::lineage on(database_);
    EXPECT_THROW(static_cast<void>(on.after_data_loss({"a test"})), queue::server_error)
        << "nothing is stopped";

    EXPECT_EQ(on.after_data_loss({.reason = "a test", .unnoticed = true}).name, "begun");
    EXPECT_EQ(say_that_data_was_lost(), 1);

    daemon.membership.keep();
    ASSERT_EQ(daemon.claim(), ids{id});
    EXPECT_TRUE(daemon.latest.requests.front().maybe_sent);
}

TEST_F(lineage, does_not_end_before_the_leases_of_former_daemons) {
    const daemon_hands former(database_);
    queue::lineage on(database_);
    ASSERT_EQ(on.after_data_loss({.reason = "a test", .unnoticed = true}).name, "begun");

    const auto step = on.after_data_loss({"a test"});

    EXPECT_EQ(step.name, "waiting");
    EXPECT_GT(step.wait, std::chrono::minutes(4)) << "a lease lasts five minutes";
    EXPECT_THAT(stopped(), HasSubstr("has begun and is not complete"));
}

TEST_F(lineage, marks_requests_in_steps) {
    sql("INSERT INTO contego.request (action, parameters)"
        " SELECT 'ADD_SUBSCRIPTIONS', '{}' FROM generate_series(1, 10001)");
    queue::lineage on(database_);
    ASSERT_EQ(on.after_data_loss({.reason = "a test", .unnoticed = true}).name, "begun");

    EXPECT_EQ(on.after_data_loss({"a test"}).requests, 10'000);
    EXPECT_NE(stopped(), "");
    EXPECT_EQ(on.after_data_loss({"a test"}).requests, 1);
    EXPECT_EQ(on.after_data_loss({"a test"}).name, "done");
    EXPECT_EQ(stopped(), "");
}

TEST_F(lineage, lets_no_outcome_of_a_lost_claim_count_under_a_later_claim) {
    const auto id = insert_for_card("1");
    daemon_hands zombie(database_);
    ASSERT_EQ(zombie.claim(), ids{id});
    lose_claim(id);
    sql("SELECT setval('contego.fence', 1, false)");
    sql("SELECT setval('contego.daemon_id_seq', 1, false)");
    sql("DELETE FROM contego.daemon");
    fail_over();

    daemon_hands successor(database_);
    say_that_data_was_lost();
    successor.membership.keep();
    ASSERT_EQ(successor.claim(), ids{id});

    EXPECT_EQ(zombie.end(id, disposition::complete).stale, ids{id});
    EXPECT_EQ(progress(id), "IN_FLIGHT");
    EXPECT_TRUE(successor.end(id, disposition::complete).stale.empty());
}

TEST_F(lineage, gives_back_a_lost_claim_though_numbers_went_back) {
    const auto before = insert_for_card("1");
    daemon_hands daemon(database_);
    sql("SELECT setval('contego.fence', 100000)"); // as many claims as a busy fleet makes in the lost tail
    ASSERT_EQ(daemon.claim(), ids{before});
    lose_claim(before);
    sql("SELECT setval('contego.fence', 1, false)");
    fail_over();
    daemon.membership.keep();
    say_that_data_was_lost();
    daemon.membership.keep();
    sql("UPDATE contego.request_open SET maybe_sent = false");
    const auto unknown = one("SELECT id FROM contego.claim(" + number_of(daemon) + ", 'default', 1)");

    sql("SELECT contego.give_back_lost(" + number_of(daemon) + ", 'default', " +
        std::to_string(daemon.latest.requests.front().fence) + ")");

    EXPECT_EQ(progress(std::stoll(unknown)), "QUEUED");
}

TEST_F(lineage, has_no_two_daemons_with_one_number) {
    daemon_hands former(database_);
    const auto number = former.membership.daemon_id();
    sql("DELETE FROM contego.daemon");
    sql("SELECT setval('contego.daemon_id_seq', 1, false)");
    const daemon_hands latter(database_);
    ASSERT_EQ(latter.membership.daemon_id(), number);
    sql("UPDATE contego.daemon SET lease_until = now() + interval '7 seconds'");

    former.membership.keep();

    EXPECT_NE(former.membership.daemon_id(), number) << "the row has the token of the other one";
    EXPECT_EQ(one("SELECT lease_until < now() + interval '8 seconds' FROM contego.daemon WHERE id = " +
                  std::to_string(number)),
              "t");
}

TEST_F(lineage, whose_sequences_are_behind_stops_claiming_and_moves_them) {
    const auto id = insert_for_card("1");
    daemon_hands first(database_);
    ASSERT_EQ(first.claim(), ids{id});
    ASSERT_TRUE(first.end(id, disposition::complete).stale.empty());
    sql("SELECT setval('contego.request_id_seq', 1, false), setval('contego.fence', 1, false)");

    daemon_hands daemon(database_);
    daemon.membership.keep();

    EXPECT_THAT(daemon.membership.claiming_stopped(), HasSubstr("contego.fence, contego.request_id_seq"));
    EXPECT_GT(insert_for_card("1"), 100'000'000);
    EXPECT_EQ(one("SELECT count(*) FROM contego.numbers() WHERE given < in_use"), "0");
}

TEST_F(lineage, knows_every_sequence_of_the_schema) {
    EXPECT_EQ(one("SELECT string_agg(sequence, ' ' ORDER BY sequence) FROM contego.numbers()"),
              one("SELECT string_agg('contego.' || relname, ' ' ORDER BY relname) FROM pg_class"
                  " WHERE relkind = 'S' AND relnamespace = 'contego'::regnamespace"));
}

TEST_F(lineage, gives_no_position_twice) {
    sql("SELECT contego.open_feed()");
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{id});
    ASSERT_TRUE(daemon.end(id, disposition::complete).stale.empty());
    queue::poller feed(database_, daemon.membership, std::chrono::seconds(1));
    ASSERT_TRUE(feed.number_finished());
    const std::string read_on_the_former_server = "100";
    try {
        sql("SELECT * FROM contego.finished_after(" + read_on_the_former_server + ")");
        FAIL() << "the position is beyond the latest one";
    } catch (const pqxx::sql_error& e) {
        EXPECT_THAT(e.what(), HasSubstr("position 100 is beyond the latest position 1"));
    }
    fail_over();
    const auto next = insert_for_card("1");
    sql("UPDATE contego.daemon SET server_start = server_start - interval '1 second'");
    sql("INSERT INTO contego.feed_inbox VALUES (" + std::to_string(next) +
        ", 'COMPLETED', now(), 'postgres')");

    EXPECT_FALSE(feed.number_finished()) << "nobody has confirmed the server";
    daemon.membership.keep();
    EXPECT_TRUE(feed.number_finished());

    EXPECT_EQ(one("SELECT request_id FROM contego.finished_after(" + read_on_the_former_server + ")"),
              std::to_string(next));
}

} // namespace
} // namespace contego::testing
