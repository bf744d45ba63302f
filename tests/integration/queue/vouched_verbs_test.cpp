#include "verbs_fixture.hpp"

namespace contego::testing {
namespace {

/// The verbs for which a person vouches instead of the CAS: close and skip.
using vouched_verbs = verbs;

using rows = std::vector<std::vector<std::string>>;

TEST_F(vouched_verbs, close_completes_and_says_who_vouches_for_it) {
    const auto id = insert_in("HELD");

    EXPECT_EQ(act("close", id).after, "CLOSED");

    EXPECT_EQ(column(id, "life_cycle_state"), "COMPLETED");
    EXPECT_EQ(column(id, "error_code"), "");
    EXPECT_EQ(column(id, "error_description"), "");
    EXPECT_EQ(column(id, "result"), R"({"reason": "test", "closed_by": "postgres"})");
    EXPECT_EQ(sql("SELECT verb, before, after, reason, acted_by FROM contego.operator_action"),
              (rows{{"close", "HELD", "CLOSED", "test", "postgres"}}));
    EXPECT_EQ(one("SELECT meaning FROM contego.request_status"), "was done by hand and ended by a person");
}

TEST_F(vouched_verbs, close_frees_the_lane_and_counts_as_done_for_what_came_before) {
    const auto old = insert_for_card("1");
    daemon_.claim();
    ASSERT_TRUE(daemon_.end(old, disposition::reject).stale.empty());
    const auto first = insert_for_card("1");
    const auto second = insert_for_card("1");
    act("hold", first);
    EXPECT_EQ(daemon_.claim(), ids{});

    act("close", first);

    EXPECT_EQ(daemon_.claim(), ids{second});
    EXPECT_TRUE(daemon_.end(second, disposition::reject).stale.empty());
    EXPECT_NE(act("retry", old).refused.find("request " + std::to_string(first)), std::string::npos);
}

TEST_F(vouched_verbs, are_refused_without_a_reason_whichever_way_they_come) {
    const auto id = insert_in("HELD");

    for (const std::string verb : {"close", "skip"}) {
        EXPECT_THROW((void)on_.act(verb, std::vector{id}, "", false), std::exception) << verb;
        EXPECT_THROW((void)on_.act(verb, std::vector{id}, "  ", false), std::exception) << verb;
        EXPECT_THROW(sql("SELECT contego." + verb + "(" + std::to_string(id) + ", NULL)"), std::exception)
            << verb;
        EXPECT_EQ(on_.act(verb, std::vector{id}, "", true).at(0).refused, "")
            << verb << ": a preview needs none";
    }

    EXPECT_EQ(progress(id), "HELD");
    EXPECT_EQ(one("SELECT count(*) FROM contego.operator_action"), "0");
}

TEST_F(vouched_verbs, are_functions_too) {
    const auto closed = insert_in("HELD");
    const auto skipped = insert_in("HELD");

    sql("SELECT contego.close(" + std::to_string(closed) + ", 'by hand')");
    sql("SELECT contego.skip(ARRAY[" + std::to_string(skipped) + "], 'by hand')");

    EXPECT_EQ(progress(closed), "CLOSED");
    EXPECT_EQ(progress(skipped), "QUEUED");
}

TEST_F(vouched_verbs, skip_marks_the_first_command_without_success_and_keeps_what_was_sent) {
    const auto id = insert_in("HELD");
    sql("UPDATE contego.command SET outcome = 'success'");
    try_command(id, 2, "hold");

    EXPECT_EQ(act("skip", id).after, "QUEUED");

    EXPECT_EQ(
        sql("SELECT sequence, outcome, attempts, request, error_code, error_description FROM contego.command"
            " ORDER BY sequence"),
        (rows{{"1", "success", "1", "<sent/>", "", ""},
              {"2", "skipped", "0", "", "SKIPPED_BY_OPERATOR", "skipped by postgres: test"}}));
    EXPECT_EQ(sql("SELECT sequence, attempt, outcome, request, response FROM contego.former_attempt"),
              (rows{{"2", "1", "hold", "<sent/>", "<answered/>"}}));
}

TEST_F(vouched_verbs, skip_gives_the_next_command_to_the_daemon_afresh) {
    const auto id = insert_in("RETRYING");
    try_command(id, 1, "retry");
    sql("UPDATE contego.request_open SET maybe_sent = true");
    act("hold", id);

    act("skip", id);
    ASSERT_EQ(daemon_.claim(), ids{id});

    const auto& claimed = daemon_.latest.requests.at(0);
    ASSERT_EQ(claimed.finished.size(), 1U);
    EXPECT_EQ(claimed.finished[0].sequence, 1);
    EXPECT_FALSE(claimed.maybe_sent) << "the command that may have been sent was skipped";
    EXPECT_EQ(claimed.attempts, 0);
}

TEST_F(vouched_verbs, skip_is_never_forgotten_whatever_happens_to_the_request_then) {
    const auto id = insert_in("HELD");
    ASSERT_EQ(column(id, "executed_date"), "") << "nothing was sent";

    act("skip", id);
    act("hold", id);
    act("retry", id);
    daemon_.claim();
    daemon_.end(id, disposition::release);
    ASSERT_EQ(daemon_.claim(), ids{id});

    EXPECT_EQ(daemon_.latest.requests.at(0).finished.size(), 1U);
}

TEST_F(vouched_verbs, skip_is_refused_where_only_a_daemon_knows_which_command_is_next) {
    const auto untried = insert_in("QUEUED");
    act("hold", untried);

    EXPECT_NE(act("skip", untried).refused.find("no command"), std::string::npos);
    try_command(untried, 1, "success");
    EXPECT_NE(act("skip", untried).refused.find("no command"), std::string::npos);
    EXPECT_EQ(progress(untried), "HELD");
}

TEST_F(vouched_verbs, skip_is_refused_where_what_follows_depends_on_the_answer) {
    const auto asking = insert_in("HELD");
    sql("UPDATE contego.command SET type = 'GET_PAIRING_STATUS_FOR_CARD'");

    EXPECT_NE(act("skip", asking).refused.find("depend on its answer"), std::string::npos);
}

TEST_F(vouched_verbs, skip_again_goes_one_command_further) {
    const auto id = insert_in("HELD");
    act("skip", id);
    daemon_.claim();
    try_command(id, 2, "hold");
    daemon_.end(id, disposition::hold);

    EXPECT_EQ(act("skip", id).after, "QUEUED");

    EXPECT_EQ(one("SELECT string_agg(outcome, ' ' ORDER BY sequence) FROM contego.command"),
              "skipped skipped");
}

} // namespace
} // namespace contego::testing
