#include "verbs_fixture.hpp"

#include <future>

namespace contego::testing {
namespace {

using steps = std::vector<std::vector<std::string>>;

TEST_F(verbs, do_what_the_table_of_transitions_says_and_refuse_everything_else) {
    for (const std::string verb : all_verbs)
        for (const std::string before : all_progress) {
            const auto id = insert_in(before);
            const auto allowed =
                sql("SELECT after FROM contego.transition WHERE actor = 'person' AND verb = '" + verb +
                    "' AND before = '" + before + "' ORDER BY after");

            const auto effect = act(verb, id);

            EXPECT_EQ(effect.before, before) << verb;
            EXPECT_EQ(effect.refused.empty(), !allowed.empty())
                << verb << ' ' << before << ": " << effect.refused;
            EXPECT_EQ(effect.after, allowed.empty() ? before : allowed[0][0]) << verb << ' ' << before;
            EXPECT_EQ(progress(id), effect.after) << verb << ' ' << before;
        }
}

TEST_F(verbs, preview_says_the_same_and_changes_nothing) {
    for (const std::string verb : all_verbs)
        for (const std::string before : all_progress) {
            const auto id = insert_in(before);

            const auto said = act(verb, id, true);
            EXPECT_EQ(progress(id), before);
            const auto done = act(verb, id);

            EXPECT_EQ(said.after, done.after) << verb << ' ' << before;
            EXPECT_EQ(said.refused, done.refused) << verb << ' ' << before;
        }
}

TEST_F(verbs, never_touch_what_is_in_flight) {
    const auto id = insert_in("IN_FLIGHT");

    for (const std::string verb : all_verbs)
        EXPECT_NE(act(verb, id).refused.find("in flight"), std::string::npos) << verb;

    EXPECT_TRUE(daemon_.end(id, disposition::complete).stale.empty());
    EXPECT_EQ(progress(id), "DONE");
}

TEST_F(verbs, retry_starts_the_attempts_anew_and_release_does_not) {
    const auto retried = insert_in("RETRYING");
    const auto released = insert_in("RETRYING");
    ASSERT_EQ(column(retried, "attempts"), "1");

    act("retry", retried);
    act("hold", released);
    act("release", released);

    EXPECT_EQ(column(retried, "attempts"), "0");
    EXPECT_EQ(column(released, "attempts"), "1");
    EXPECT_EQ(daemon_.claim(), (ids{retried, released}));
}

TEST_F(verbs, a_held_request_blocks_its_lane_and_a_cancelled_one_frees_it) {
    const auto first = insert_for_card("1");
    const auto second = insert_for_card("1");
    act("hold", first);
    EXPECT_EQ(daemon_.claim(), ids{});
    EXPECT_EQ(column(second, "blocked_by"), std::to_string(first));

    act("cancel", first);

    EXPECT_EQ(column(first, "life_cycle_state"), "REJECTED");
    EXPECT_EQ(column(first, "error_code"), "CANCELLED");
    EXPECT_NE(column(first, "error_description").find("test"), std::string::npos);
    EXPECT_EQ(daemon_.claim(), ids{second});
}

TEST_F(verbs, what_is_held_before_its_time_blocks_nobody_until_then) {
    const auto later = insert_for_card("1", ", scheduled_date", ", now() + interval '1 hour'");
    act("hold", later);
    const auto now = insert_for_card("1");

    EXPECT_EQ(daemon_.claim(), ids{now});
    EXPECT_EQ(act("release", later).after, "SCHEDULED");
}

TEST_F(verbs, retry_of_a_rejected_request_keeps_what_it_was_and_puts_it_at_the_end) {
    const auto rejected = insert_for_card("1", ", idempotency_key, subscription", ", 'key', 'S-1'");
    daemon_.claim();
    ASSERT_TRUE(daemon_.end(rejected, disposition::reject).stale.empty());
    const auto before =
        sql("SELECT created_date, created_by, idempotency_key, subscription FROM contego.request");

    EXPECT_EQ(act("retry", rejected).refused, "");

    EXPECT_EQ(sql("SELECT created_date, created_by, idempotency_key, subscription FROM contego.request"),
              before);
    EXPECT_EQ(column(rejected, "error_code"), "");
    EXPECT_EQ(daemon_.claim(), ids{rejected});
    EXPECT_TRUE(daemon_.end(rejected, disposition::complete).stale.empty());
    EXPECT_EQ(column(rejected, "life_cycle_state"), "COMPLETED");
}

TEST_F(verbs, retry_never_lets_an_old_request_overtake_what_came_after_it) {
    const auto old = insert_in("REJECTED");
    const auto later = insert_for_card(std::to_string(cards_));

    EXPECT_NE(act("retry", old).refused.find("request " + std::to_string(later)), std::string::npos);

    daemon_.claim();
    ASSERT_TRUE(daemon_.end(later, disposition::complete).stale.empty());
    EXPECT_NE(act("retry", old).refused.find("request " + std::to_string(later)), std::string::npos);
    EXPECT_EQ(progress(old), "REJECTED");
}

TEST_F(verbs, retry_refuses_a_request_whose_pin_is_masked) {
    const auto id =
        insert(R"({"smartcard_ca_id":"1","new_pin":"1234"})", "", "", "UPDATE_CA_PIN_TO_GIVEN_VALUE");
    daemon_.claim();
    ASSERT_TRUE(daemon_.end(id, disposition::reject).stale.empty());

    EXPECT_NE(act("retry", id).refused.find("masked"), std::string::npos);
}

TEST_F(verbs, wait_for_a_claim_that_is_under_way_and_then_refuse) {
    const auto id = insert_for_card("1");
    pqxx::connection other(database_.connection_string);
    pqxx::work claiming(other);
    claiming.exec("SELECT FROM contego.claim(1, 'default', 10)");
    auto acting = std::async(std::launch::async, [&] { return act("cancel", id); });
    while (one("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type "
               "= 'Lock'") == "0") {
    }

    claiming.commit();

    EXPECT_NE(acting.get().refused.find("in flight"), std::string::npos);
}

TEST_F(verbs, leave_a_row_that_says_who_did_what_and_why) {
    const auto id = insert_in("QUEUED");

    act("hold", id);
    act("hold", id);

    EXPECT_EQ(sql("SELECT request_id, verb, before, after, reason, acted_by FROM contego.operator_action"),
              (steps{{std::to_string(id), "hold", "QUEUED", "HELD", "test", "postgres"}}));
}

TEST_F(verbs, are_functions_for_one_request_and_for_many) {
    const auto first = insert_in("QUEUED");
    const auto second = insert_in("QUEUED");

    sql("SELECT * FROM contego.hold(" + std::to_string(first) + ", 'because')");
    const auto effects =
        sql("SELECT request_id, before, after FROM contego.hold(ARRAY(SELECT id FROM contego.request))");

    EXPECT_EQ(effects,
              (steps{{std::to_string(first), "HELD", "HELD"}, {std::to_string(second), "QUEUED", "HELD"}}));
}

TEST_F(verbs, find_by_filter_what_fits_every_member) {
    insert_in("QUEUED");
    const auto mine = insert_for_card("77", ", subscription", ", 'S-9'");

    EXPECT_EQ(on_.matching({{"card", "77"}, {"subscription", "S-9"}, {"progress", "QUEUED"}}), ids{mine});
    EXPECT_EQ(on_.matching({{"card", "77"}, {"subscription", "S-8"}}), ids{});
}

TEST_F(verbs, refuse_an_empty_filter_and_a_misspelt_one) {
    EXPECT_THROW((void)on_.matching({}), std::exception);
    EXPECT_THROW((void)on_.matching({{"errorcode", "X"}}), std::exception);
}

} // namespace
} // namespace contego::testing
