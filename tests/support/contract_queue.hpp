#pragma once

#include "support/queue_player.hpp"

// The contract of the roles `request_source` and `outcome_store`. It is tested with the database, and with
// the queue in memory that the tests of the line use. A program that includes this file names its players
// with INSTANTIATE_TEST_SUITE_P.
//
// Not tested here, since only a database has it: EXPRESS, several daemons at once, and the content of the
// tables.
namespace contego::testing {

TEST_P(queue_contract, an_empty_queue_returns_no_request_and_no_next_due_time) {
    EXPECT_EQ(claim(), ids{});
    EXPECT_FALSE(latest_.more);
    EXPECT_EQ(latest_.next_due, milliseconds(-1));
}

TEST_P(queue_contract, a_claim_never_returns_more_than_its_limit_and_says_whether_to_ask_again) {
    const auto a = insert({"1"});
    const auto b = insert({"2"});
    const auto c = insert({"3"});

    EXPECT_EQ(claim(2), (ids{a, b}));
    EXPECT_TRUE(latest_.more);
    EXPECT_EQ(claim(2), ids{c});
    EXPECT_FALSE(latest_.more);
}

TEST_P(queue_contract, a_claim_respects_the_byte_limit_but_always_returns_one_request) {
    const auto a = insert({"1"});
    const auto b = insert({"2"});
    const auto c = insert({"3"});
    const auto d = insert({"4"});

    EXPECT_EQ(claim(100, 1), ids{a});
    EXPECT_TRUE(latest_.more);
    const auto size = latest_.requests.at(0).size;
    ASSERT_GT(size, 1U);
    EXPECT_EQ(claim(100, 3 * size - 1), (ids{b, c}));
    EXPECT_TRUE(latest_.more);
    EXPECT_EQ(claim(100, size), ids{d});
    EXPECT_FALSE(latest_.more);
}

TEST_P(queue_contract, after_a_full_claim_notifications_are_suppressed_for_a_stated_time) {
    insert({"1"});
    insert({"2"});
    insert({"3"});

    claim(4);
    EXPECT_EQ(latest_.notify_suppressed_for, milliseconds(0));
    insert({"4"});
    insert({"5"});
    ASSERT_EQ(claim(2).size(), 2U);
    EXPECT_EQ(latest_.notify_suppressed_for, milliseconds(0)) << "the caller asks again anyway";
    claim();
    EXPECT_GT(latest_.notify_suppressed_for, milliseconds(0));
    EXPECT_LE(latest_.notify_suppressed_for, milliseconds(1001));
}

TEST_P(queue_contract, a_request_is_handed_out_once) {
    const auto a = insert({"1"});

    EXPECT_EQ(claim(), ids{a});
    EXPECT_EQ(claim(), ids{});
}

TEST_P(queue_contract, another_providers_requests_are_not_ours) {
    insert({"1"});

    EXPECT_TRUE(player_->source().claim("elsewhere", 10, 1000).requests.empty());
}

TEST_P(queue_contract, a_claimed_request_is_ours_and_was_never_tried) {
    insert({"1"});
    claim();

    const auto& r = latest_.requests.at(0);
    EXPECT_GT(player_->source().lease_deadline(r), std::chrono::steady_clock::now());
    EXPECT_GT(r.fence, 0);
    EXPECT_EQ(r.attempts, 0);
    EXPECT_FALSE(r.maybe_sent);
    EXPECT_TRUE(r.finished.empty());
}

TEST_P(queue_contract, a_lane_runs_one_request_at_a_time_in_the_order_of_insertion) {
    const auto a = insert({"1"});
    const auto b = insert({"1"});
    const auto c = insert({"1"});
    const auto other = insert({"2"});

    EXPECT_EQ(claim(), (ids{a, other}));
    for (const auto next : {b, c}) {
        const auto front = latest_.requests.at(0);
        EXPECT_EQ(claim(), ids{}) << "while " << front.id << " is in flight";
        EXPECT_TRUE(end(front, disposition::complete).stale.empty());
        EXPECT_EQ(claim(), ids{next});
    }
}

TEST_P(queue_contract, a_request_waits_for_all_of_its_lanes_and_is_waited_for_on_each) {
    const auto one = insert({"1"});
    const auto both = insert({"1", "2"});
    const auto two = insert({"2"});
    ASSERT_EQ(claim(), ids{one});

    end(claimed(one), disposition::complete);

    ASSERT_EQ(claim(), ids{both});
    EXPECT_EQ(end(claimed(both), disposition::complete).stale, ids{});
    EXPECT_EQ(claim(), ids{two});
}

TEST_P(queue_contract, a_completion_and_a_rejection_free_the_lane_and_say_whether_somebody_waited) {
    const auto a = insert({"1"});
    const auto b = insert({"1"});
    ASSERT_EQ(claim(), ids{a});

    EXPECT_EQ(end(claimed(a), disposition::reject).woken, 1U);
    ASSERT_EQ(claim(), ids{b});
    EXPECT_EQ(end(claimed(b), disposition::complete).woken, 0U);
}

TEST_P(queue_contract, a_retry_waits_for_its_delay_blocks_its_lane_and_counts_an_attempt) {
    const auto a = insert({"1"});
    insert({"1"});
    ASSERT_EQ(claim(), ids{a});

    end(claimed(a), disposition::retry);

    EXPECT_EQ(claim(), ids{});
    EXPECT_GT(latest_.next_due, one_hour - std::chrono::minutes(5));
    EXPECT_LE(latest_.next_due, one_hour + milliseconds(1));
    player_->pass(one_hour);
    ASSERT_EQ(claim(), ids{a});
    EXPECT_EQ(latest_.requests.at(0).attempts, 1);
}

TEST_P(queue_contract, a_release_is_claimable_at_once_and_burns_no_attempt) {
    const auto a = insert({"1"});
    ASSERT_EQ(claim(), ids{a});

    end(claimed(a), disposition::release);

    ASSERT_EQ(claim(), ids{a});
    EXPECT_EQ(latest_.requests.at(0).attempts, 0);
}

TEST_P(queue_contract, a_held_request_is_not_claimed_and_blocks_its_lane) {
    const auto a = insert({"1"});
    insert({"1"});
    ASSERT_EQ(claim(), ids{a});

    end(claimed(a), disposition::hold);
    player_->pass(one_hour * 24);

    EXPECT_EQ(claim(), ids{});
    EXPECT_EQ(latest_.next_due, milliseconds(-1));
}

TEST_P(queue_contract, a_scheduled_request_is_not_claimed_before_it_is_due_and_blocks_nobody) {
    const auto later = insert({"1"}, one_hour);
    const auto now = insert({"1"});

    ASSERT_EQ(claim(), ids{now});
    const auto in_flight = claimed(now);
    EXPECT_GT(latest_.next_due, one_hour - std::chrono::minutes(5));
    player_->pass(one_hour);
    EXPECT_EQ(claim(), ids{}) << "due, and another is in flight on its lane";
    EXPECT_EQ(latest_.next_due, milliseconds(-1));
    end(in_flight, disposition::complete);
    EXPECT_EQ(claim(), ids{later});
}

TEST_P(queue_contract, a_verdict_under_an_older_claim_is_stale_and_changes_nothing) {
    const auto a = insert({"1"});
    ASSERT_EQ(claim(), ids{a});
    const auto former = claimed(a);
    end(former, disposition::release);
    ASSERT_EQ(claim(), ids{a});
    const auto latest = claimed(a);

    const auto answer =
        record({{command_of(former, 1, outcome::success)}, {verdict_on(former, disposition::hold)}});

    EXPECT_GT(latest.fence, former.fence);
    EXPECT_EQ(answer.stale, ids{a});
    EXPECT_EQ(end(latest, disposition::release).stale, ids{}) << "it is still in flight";
    ASSERT_EQ(claim(), ids{a});
    EXPECT_TRUE(claimed(a).finished.empty()) << "the command is not stored either";
}

TEST_P(queue_contract, a_request_that_another_daemon_took_over_is_no_longer_ours) {
    const auto a = insert({"1"});
    ASSERT_EQ(claim(), ids{a});
    const auto former = claimed(a);

    player_->take_over();

    EXPECT_LE(player_->source().lease_deadline(former), std::chrono::steady_clock::now());
    EXPECT_EQ(end(former, disposition::complete).stale, ids{a});
    ASSERT_EQ(claim(), ids{a});
    EXPECT_TRUE(claimed(a).maybe_sent);
    EXPECT_EQ(claimed(a).attempts, 0);
    EXPECT_GT(player_->source().lease_deadline(claimed(a)), std::chrono::steady_clock::now());
}

TEST_P(queue_contract, commands_that_succeeded_come_back_with_the_next_claim) {
    const auto a = insert({"1"});
    ASSERT_EQ(claim(), ids{a});
    const auto r = claimed(a);
    EXPECT_EQ(record({{command_of(r, 1, outcome::success)}, {}}).stale, ids{});
    EXPECT_EQ(claim(), ids{}) << "without a verdict it stays in flight";

    record({{command_of(r, 2, outcome::retry)}, {verdict_on(r, disposition::retry)}});
    player_->pass(one_hour);

    ASSERT_EQ(claim(), ids{a});
    const std::vector<finished_command> expected{{1, value::object{{"paired", true}}, "ref-1"}};
    EXPECT_EQ(claimed(a).finished, expected);
}

TEST_P(queue_contract, a_command_without_a_readable_answer_is_remembered_until_it_succeeds) {
    const auto a = insert({"1"});
    const auto attempt = [&](exchange_state got, const char* code, outcome is) {
        EXPECT_EQ(claim(), ids{a});
        const auto r = claimed(a);
        auto c = command_of(r, 1, is);
        c.got = got;
        c.error_code = code;
        record({{c}, {verdict_on(r, disposition::retry)}});
        player_->pass(one_hour);
        return r.unanswered;
    };

    EXPECT_FALSE(attempt(exchange_state::not_sent, "TRANSPORT_CONNECT", outcome::retry));
    EXPECT_FALSE(attempt(exchange_state::answered, "HTTP_503", outcome::retry));
    EXPECT_FALSE(attempt(exchange_state::answered, "SYSTEM_ERROR", outcome::retry));
    EXPECT_FALSE(attempt(exchange_state::sent_no_answer, "TRANSPORT_TIMEOUT", outcome::retry));
    EXPECT_TRUE(attempt(exchange_state::answered, "SYSTEM_ERROR", outcome::retry));
    EXPECT_TRUE(attempt(exchange_state::answered, "SYSTEM_ERROR", outcome::retry)) << "of the one before";
    EXPECT_TRUE(attempt(exchange_state::answered, "", outcome::success));
    EXPECT_FALSE(attempt(exchange_state::answered, "", outcome::success));
}

TEST_P(queue_contract, an_unreadable_answer_counts_as_no_answer) {
    for (const auto* code : {"HTTP_500", "ANSWER_OF_ANOTHER", "UNREADABLE_ANSWER"}) {
        const auto a = insert({code});
        ASSERT_EQ(claim(), ids{a});
        auto c = command_of(claimed(a), 1, outcome::retry);
        c.got = exchange_state::answered;
        c.error_code = code;
        record({{c}, {verdict_on(claimed(a), disposition::retry)}});
        player_->pass(one_hour);

        ASSERT_EQ(claim(), ids{a});
        EXPECT_TRUE(claimed(a).unanswered) << code;
        EXPECT_TRUE(claimed(a).finished.empty()) << code;
    }
}

TEST_P(queue_contract, a_batch_that_is_written_twice_counts_once) {
    const auto a = insert({"1"});
    ASSERT_EQ(claim(), ids{a});
    const auto r = claimed(a);
    const flat_batch batch{{command_of(r, 1, outcome::retry)}, {verdict_on(r, disposition::retry)}};
    EXPECT_EQ(record(batch).stale, ids{});

    EXPECT_EQ(record(batch).stale, ids{}) << "the outcome is its own";

    player_->pass(one_hour);
    ASSERT_EQ(claim(), ids{a});
    EXPECT_EQ(claimed(a).attempts, 1);
}

TEST_P(queue_contract, an_outcome_that_cannot_be_stored_fails_alone_and_stays_claimed) {
    const auto bad = insert({"1"});
    const auto good = insert({"2"});
    ASSERT_EQ(claim(), (ids{bad, good}));
    auto unstorable = command_of(claimed(bad), 1, outcome::rejected);
    unstorable.error_description = std::string("a\0b", 3);

    const auto answer = record(
        {{unstorable, command_of(claimed(good), 1, outcome::success)},
         {verdict_on(claimed(bad), disposition::reject), verdict_on(claimed(good), disposition::complete)}});

    EXPECT_EQ(answer.failed, ids{bad});
    EXPECT_NE(answer.failure, "");
    EXPECT_EQ(answer.stale, ids{});
    EXPECT_EQ(end(claimed(good), disposition::complete).stale, ids{}) << "it has ended like this";
    EXPECT_EQ(end(claimed(good), disposition::reject).stale, ids{good}) << "it has ended in another way";
    EXPECT_EQ(end(claimed(bad), disposition::hold).stale, ids{}) << "it may still be held";
}

TEST_P(queue_contract, a_claim_without_a_database_throws_and_the_next_one_works) {
    const auto a = insert({"1"});
    ASSERT_EQ(claim(), ids{a});
    const auto b = insert({"2"});

    player_->cut();

    EXPECT_THROW(claim(), std::exception);
    player_->restore();
    EXPECT_EQ(claim(), ids{b});
}

TEST_P(queue_contract, a_record_without_a_database_throws_and_may_be_repeated) {
    const auto a = insert({"1"});
    ASSERT_EQ(claim(), ids{a});
    static_cast<void>(record({}));
    const flat_batch batch{{}, {verdict_on(claimed(a), disposition::complete)}};

    player_->cut();

    EXPECT_THROW(static_cast<void>(record(batch)), std::exception);
    player_->restore();
    EXPECT_EQ(record(batch).stale, ids{});
    EXPECT_EQ(record(batch).stale, ids{}) << "the outcome is its own";
}

} // namespace contego::testing
