#include "queue_fixture.hpp"

namespace contego::testing {
namespace {

using claim = queue_fixture;

TEST_F(claim, gives_what_was_inserted) {
    const auto id = insert(R"({"smartcard_ca_id":"0100","service_ca_id":"7"})", ", priority", ", 'EXPRESS'");
    daemon_hands daemon(database_);

    ASSERT_EQ(daemon.claim(), ids{id});

    const auto& r = daemon.latest.requests.front();
    EXPECT_EQ(r.provider, "default");
    EXPECT_EQ(r.action, "ADD_SUBSCRIPTIONS");
    EXPECT_EQ(r.parameters, value(value::object{{"smartcard_ca_id", "0100"}, {"service_ca_id", "7"}}));
    EXPECT_EQ(r.priority, "EXPRESS");
    EXPECT_EQ(r.attempts, 0);
    EXPECT_FALSE(r.maybe_sent);
    EXPECT_GT(r.fence, 0);
    EXPECT_FALSE(daemon.latest.more);
    EXPECT_EQ(progress(id), "IN_FLIGHT");
    EXPECT_EQ(column(id, "life_cycle_state"), "PENDING");
}

TEST_F(claim, of_an_empty_queue_is_empty) {
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim(), ids{});
    EXPECT_EQ(daemon.latest.next_due, std::chrono::milliseconds(-1));
}

TEST_F(claim, gives_a_request_to_one_daemon_only) {
    const auto id = insert_for_card("1");
    daemon_hands first(database_);
    daemon_hands second(database_);

    EXPECT_EQ(first.claim(), ids{id});
    EXPECT_EQ(second.claim(), ids{});
}

TEST_F(claim, keeps_the_order_of_insertion) {
    const auto a = insert_for_card("1");
    const auto b = insert_for_card("2");
    const auto c = insert_for_card("3");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim(2), (ids{a, b}));
    EXPECT_TRUE(daemon.latest.more);
    EXPECT_EQ(daemon.claim(2), ids{c});
}

TEST_F(claim, prefers_express) {
    const auto regular = insert_for_card("1");
    const auto express = insert_for_card("2", ", priority", ", 'EXPRESS'");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim(1), ids{express});
    EXPECT_EQ(daemon.claim(1), ids{regular});
}

TEST_F(claim, lets_no_express_past_an_earlier_request_on_its_card) {
    const auto regular = insert_for_card("1");
    const auto express = insert_for_card("1", ", priority", ", 'EXPRESS'");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim(), ids{regular});
    EXPECT_EQ(progress(express), "BLOCKED");
    EXPECT_EQ(column(express, "blocked_by"), std::to_string(regular));
    EXPECT_NE(column(express, "blocked_date"), "");
}

TEST_F(claim, runs_one_request_of_a_card_at_a_time_and_wakes_the_next) {
    const auto a = insert_for_card("1");
    const auto b = insert_for_card("1");
    const auto c = insert_for_card("1");
    daemon_hands daemon(database_);

    for (const auto id : {a, b, c}) {
        ASSERT_EQ(daemon.claim(), ids{id});
        EXPECT_EQ(daemon.claim(), ids{});
        daemon.latest.requests.clear();
        daemon.record({{}, {}});
        flat_verdict v;
        v.request_id = id;
        v.fence = std::stoll(column(id, "fence"));
        v.disposition = disposition::complete;
        daemon.record({{}, {v}});
    }
}

TEST_F(claim, wakes_only_the_next_of_a_lane) {
    const auto a = insert_for_card("1");
    const auto b = insert_for_card("1");
    const auto c = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{a});
    EXPECT_EQ(column(b, "blocked_by"), std::to_string(a));
    EXPECT_EQ(column(c, "blocked_by"), std::to_string(b));

    const auto answer = daemon.end(a, disposition::complete);

    EXPECT_EQ(answer.woken, 1U);
    EXPECT_EQ(progress(b), "QUEUED");
    EXPECT_EQ(progress(c), "BLOCKED");
}

TEST_F(claim, treats_every_card_and_box_of_a_request_as_a_lane) {
    const auto both = insert(
        R"({"smartcards":[{"smartcard_ca_id":"1"},{"smartcard_ca_id":"2"}],"stbs":[{"stb_ca_id":"9"}]})",
        "",
        "",
        "CREATE_PAIRING");
    const auto card = insert_for_card("2");
    const auto box = insert(R"({"stb_ca_id":"9"})", "", "", "GET_PAIRING_STATUS_FOR_PAIRING_MODULE");
    const auto action =
        insert(R"({"distributions":[{"distributor":"D","smartcards":[],"removed":{"smartcards":["1"]}}]})",
               "",
               "",
               "REMOVE_INSTALLED_ITEM");
    const auto other = insert_for_card("9");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim(), (ids{both, other}));
    for (const auto id : {card, box, action})
        EXPECT_EQ(column(id, "blocked_by"), std::to_string(both));

    daemon.end(both, disposition::complete);
    EXPECT_EQ(daemon.claim(), (ids{card, box, action}));
}

TEST_F(claim, waits_for_every_lane_of_a_request) {
    const auto one_card = insert_for_card("1");
    const auto two_card = insert_for_card("2");
    const auto both = insert(R"({"smartcards":[{"smartcard_ca_id":"1"},{"smartcard_ca_id":"2"}],"stbs":[]})",
                             "",
                             "",
                             "CREATE_PAIRING");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), (ids{one_card, two_card}));
    const auto held = daemon.latest;

    daemon.end(two_card, disposition::complete);
    daemon.claim();
    EXPECT_EQ(progress(both), "BLOCKED");
    daemon.latest = held;
    daemon.end(one_card, disposition::complete);

    EXPECT_EQ(daemon.claim(), ids{both});
}

TEST_F(claim, parks_behind_the_nearest_on_any_lane_whether_it_is_taken_now_or_was_before) {
    const auto both_cards = R"({"smartcards":[{"smartcard_ca_id":"1"},{"smartcard_ca_id":"2"}],"stbs":[]})";
    const auto before = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{before});
    const auto held = daemon.latest;
    const auto now = insert_for_card("2");
    const auto both = insert(both_cards, "", "", "CREATE_PAIRING");
    const auto after = insert_for_card("1");

    EXPECT_EQ(daemon.claim(), ids{now});
    EXPECT_EQ(column(both, "blocked_by"), std::to_string(now));
    EXPECT_EQ(column(after, "blocked_by"), std::to_string(both));
    daemon.end(now, disposition::complete);
    EXPECT_EQ(daemon.claim(), ids{});
    EXPECT_EQ(column(both, "blocked_by"), std::to_string(before));
    daemon.latest = held;
    daemon.end(before, disposition::complete);

    EXPECT_EQ(daemon.claim(), ids{both});
}

TEST_F(claim, keeps_providers_apart) {
    const auto here = insert_for_card("1");
    insert_for_card("1", ", provider", ", 'elsewhere'");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim(), ids{here});
}

TEST_F(claim, leaves_a_scheduled_request_until_it_is_due_and_says_when_that_is) {
    const auto later = insert_for_card("1", ", scheduled_date", ", now() + interval '1 hour'");
    const auto now = insert_for_card("1");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim(), ids{now});
    EXPECT_EQ(progress(later), "SCHEDULED");
    EXPECT_GT(daemon.latest.next_due, std::chrono::minutes(59));
    EXPECT_LE(daemon.latest.next_due, std::chrono::minutes(60) + std::chrono::milliseconds(1));
}

TEST_F(claim, makes_a_scheduled_request_that_became_due_wait_for_what_is_in_flight_on_its_card) {
    const auto later = insert_for_card("1", ", scheduled_date", ", now() + interval '1 hour'");
    const auto now = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{now});
    const auto held = daemon.latest;
    sql("UPDATE contego.request SET due_date = now(), scheduled_date = now() WHERE id = " +
        std::to_string(later));

    EXPECT_EQ(daemon.claim(), ids{});
    EXPECT_EQ(column(later, "blocked_by"), std::to_string(now));

    daemon.latest = held;
    daemon.end(now, disposition::complete);
    EXPECT_EQ(daemon.claim(), ids{later});
}

TEST_F(claim, lets_a_retrying_request_block_its_card) {
    const auto failing = insert_for_card("1");
    const auto next = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{failing});
    daemon.end(failing, disposition::retry);

    EXPECT_EQ(daemon.claim(), ids{});
    EXPECT_EQ(progress(failing), "RETRYING");
    EXPECT_EQ(progress(next), "BLOCKED");
}

TEST_F(claim, lets_a_held_request_block_its_card_and_a_rejected_one_free_it) {
    const auto held = insert_for_card("1");
    const auto behind_held = insert_for_card("1");
    const auto rejected = insert_for_card("2");
    const auto behind_rejected = insert_for_card("2");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), (ids{held, rejected}));
    const auto both = daemon.latest;
    daemon.end(held, disposition::hold);
    daemon.latest = both;
    daemon.end(rejected, disposition::reject);

    EXPECT_EQ(daemon.claim(), ids{behind_rejected});
    EXPECT_EQ(progress(behind_held), "BLOCKED");
}

TEST_F(claim, retries_when_the_back_off_is_over) {
    const auto id = insert_for_card("1");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{id});
    const auto former = daemon.latest.requests.front().fence;
    daemon.end(id, disposition::retry, std::chrono::milliseconds(0));

    ASSERT_EQ(daemon.claim(), ids{id});
    EXPECT_EQ(daemon.latest.requests.front().attempts, 1);
    EXPECT_GT(daemon.latest.requests.front().fence, former);
}

// Most of the cost of a claim is for lanes, and all other claims of the provider wait until it ends.
class wide_claim : public queue_fixture {
protected:
    /// Inserts requests of 3,990 cards each. Each request has its own cards, or all have the same cards.
    void insert_wide(int requests, bool same_cards) {
        sql("INSERT INTO contego.request (action, parameters)"
            " SELECT 'BECOME_SUBSCRIBER', jsonb_build_object('smartcards', ("
            "     SELECT jsonb_agg(jsonb_build_object('smartcard_ca_id', (r * " +
            std::to_string(same_cards ? 0 : 3990) +
            " + c)::text)) FROM generate_series(1, 3990) AS c))"
            " FROM generate_series(1, " +
            std::to_string(requests) + ") AS r");
    }

    daemon_hands daemon_{database_};
};

TEST_F(wide_claim, looks_at_no_more_than_10000_lanes_and_says_that_there_is_more) {
    insert_wide(4, false);

    EXPECT_EQ(daemon_.claim(), (ids{1, 2}));
    EXPECT_TRUE(daemon_.latest.more);
    EXPECT_EQ(daemon_.claim(), (ids{3, 4}));
    EXPECT_FALSE(daemon_.latest.more);
}

TEST_F(wide_claim, parks_no_more_than_that_and_says_that_there_is_more) {
    insert_wide(4, true);

    EXPECT_EQ(daemon_.claim(), ids{1});
    EXPECT_TRUE(daemon_.latest.more);
    EXPECT_EQ(one("SELECT count(*) FROM contego.request WHERE progress = 'BLOCKED'"), "1");
    EXPECT_EQ(daemon_.claim(), ids{});
    EXPECT_EQ(one("SELECT count(*) FROM contego.request WHERE progress = 'BLOCKED'"), "3");
}

TEST_F(wide_claim, takes_express_first) {
    insert_wide(4, false);
    const auto express = insert_for_card("0100", ", priority", ", 'EXPRESS'");

    EXPECT_EQ(daemon_.claim(), (ids{express, 1, 2}));
}

TEST_F(wide_claim, looks_at_one_request_however_many_lanes_a_person_has_given_it) {
    insert_wide(2, false);
    sql("UPDATE contego.request_open SET lanes = ARRAY(SELECT 'card:' || n FROM generate_series(1, 10001) AS "
        "n)"
        " WHERE id = 1");

    EXPECT_EQ(daemon_.claim(), ids{1});
    EXPECT_TRUE(daemon_.latest.more);
    EXPECT_EQ(daemon_.claim(), ids{2});
}

TEST_F(wide_claim, that_fails_leads_to_holding_what_has_more_lanes_than_an_insert_may) {
    insert_wide(2, false);
    sql("UPDATE contego.request_open SET lanes = ARRAY(SELECT 'card:' || n FROM generate_series(1, 4001) AS "
        "n)"
        " WHERE id = 1");

    sql("SELECT contego.hold_unreadable('default')");

    EXPECT_EQ(progress(1), "HELD");
    EXPECT_EQ(column(1, "error_code"), "UNREADABLE_ROW");
    EXPECT_EQ(progress(2), "QUEUED");
}

} // namespace
} // namespace contego::testing
