#include "json/json.hpp"
#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

const lists household{.smartcards = {"01", "02"}, .stbs = {"91"}, .services = {"11", "12"}};

/// Expects a plan that pairs the new items, then authorises every service on every card.
void expect_turned_on(std::string_view action) {
    EXPECT_EQ(planned(action, asking({{.has = household}})),
              (lines{"CREATE 01,02|91 @LIVING-ROOM",
                     "ADD 01/11 @LIVING-ROOM",
                     "ADD 01/12 @LIVING-ROOM",
                     "ADD 02/11 @LIVING-ROOM",
                     "ADD 02/12 @LIVING-ROOM"}));
    EXPECT_EQ(planned(action, asking({{.has = {{"01"}, {"91"}, {"11"}}, .paired = true}})),
              (lines{"ADD 01/11 @LIVING-ROOM"}));
    EXPECT_EQ(planned(action, asking({{.has = {{"01"}, {"91"}, {"11"}}, .paired = false}})),
              (lines{"CREATE 01|91 @LIVING-ROOM", "ADD 01/11 @LIVING-ROOM"}));
}

/// Expects a plan that cancels every service of every card. It has no pairing command, whether or not the
/// pairing is known.
void expect_turned_off(std::string_view action) {
    const lines all{"CANCEL 01/11 @LIVING-ROOM",
                    "CANCEL 01/12 @LIVING-ROOM",
                    "CANCEL 02/11 @LIVING-ROOM",
                    "CANCEL 02/12 @LIVING-ROOM"};
    EXPECT_EQ(planned(action, asking({{.has = household}})), all);
    EXPECT_EQ(planned(action, asking({{.has = household, .paired = false}})), all);
}

TEST(turning, BECOME_SUBSCRIBER_pairs_and_adds) {
    expect_turned_on("BECOME_SUBSCRIBER");
}

TEST(turning, ACTIVATE_SUBSCRIPTION_pairs_and_adds) {
    expect_turned_on("ACTIVATE_SUBSCRIPTION");
}

TEST(turning, END_SHORT_TERM_DEACTIVATION_pairs_and_adds) {
    expect_turned_on("END_SHORT_TERM_DEACTIVATION");
}

TEST(turning, SHORT_TERM_ACTIVATION_pairs_and_adds) {
    expect_turned_on("SHORT_TERM_ACTIVATION");
}

TEST(turning, REFRESH_pairs_and_adds) {
    expect_turned_on("REFRESH");
}

TEST(turning, END_SUBSCRIPTION_RESTING_pairs_and_adds) {
    expect_turned_on("END_SUBSCRIPTION_RESTING");
}

TEST(turning, DEACTIVATE_SUBSCRIPTION_cancels) {
    expect_turned_off("DEACTIVATE_SUBSCRIPTION");
}

TEST(turning, TERMINATE_SUBSCRIPTION_cancels) {
    expect_turned_off("TERMINATE_SUBSCRIPTION");
}

TEST(turning, REST_SUBSCRIPTION_cancels) {
    expect_turned_off("REST_SUBSCRIPTION");
}

TEST(turning, SHORT_TERM_DEACTIVATION_cancels) {
    expect_turned_off("SHORT_TERM_DEACTIVATION");
}

TEST(turning, END_SHORT_TERM_ACTIVATION_cancels) {
    expect_turned_off("END_SHORT_TERM_ACTIVATION");
}

TEST(turning, a_distributor_without_a_box_is_authorised_and_not_paired) {
    EXPECT_EQ(planned("ACTIVATE_SUBSCRIPTION", asking({{.has = {.smartcards = {"01"}, .services = {"11"}}}})),
              (lines{"ADD 01/11 @LIVING-ROOM"}));
}

TEST(turning, a_distributor_without_a_card_yields_nothing) {
    EXPECT_EQ(planned("ACTIVATE_SUBSCRIPTION", asking({{.has = {.stbs = {"91"}, .services = {"11"}}}})),
              lines{});
    EXPECT_EQ(planned("REST_SUBSCRIPTION", asking({{.has = {.stbs = {"91"}, .services = {"11"}}}})), lines{});
}

TEST(turning, a_distributor_without_services_is_only_paired) {
    EXPECT_EQ(planned("ACTIVATE_SUBSCRIPTION", asking({{.has = {.smartcards = {"01"}, .stbs = {"91"}}}})),
              (lines{"CREATE 01|91 @LIVING-ROOM"}));
}

TEST(turning, distributors_are_paired_and_authorised_each_for_itself) {
    const std::vector<place> two{{.distributor = "A", .has = {{"01"}, {"91"}, {"11"}}},
                                 {.distributor = "B", .has = {{"02"}, {"92"}, {"12"}}}};

    EXPECT_EQ(planned("BECOME_SUBSCRIBER", asking(two)),
              (lines{"CREATE 01|91 @A", "CREATE 02|92 @B", "ADD 01/11 @A", "ADD 02/12 @B"}));
}

TEST(turning, a_pair_that_two_distributors_have_is_named_once) {
    const std::vector<place> two{
        {.distributor = "A", .has = {.smartcards = {"01"}, .services = {"11"}}},
        {.distributor = "B", .has = {.smartcards = {"01"}, .services = {"11", "12"}}}};

    EXPECT_EQ(planned("ACTIVATE_SUBSCRIPTION", asking(two)), (lines{"ADD 01/11 @A", "ADD 01/12 @B"}));
    EXPECT_EQ(planned("REST_SUBSCRIPTION", asking(two)), (lines{"CANCEL 01/11 @A", "CANCEL 01/12 @B"}));
}

TEST(turning, the_commands_carry_the_documented_parameters) {
    const auto all = written_out(std::get<command_list>(
        plan("BECOME_SUBSCRIBER", asking({{.has = {{"01900080207"}, {"0012345678"}, {"1111"}}}}), limits{})));

    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(value(all[0].parameters),
              document("{'smartcards': [{'smartcard_ca_id': '01900080207',"
                       " 'smartcard_sub_provisioning_distribution_id': 'LIVING-ROOM'}],"
                       " 'stbs': [{'stb_ca_id': '0012345678', 'stb_sub_provisioning_distribution_id': "
                       "'LIVING-ROOM'}]}"));
    EXPECT_EQ(value(all[1].parameters),
              document("{'service_ca_id': '1111', 'smartcard_ca_id': '01900080207',"
                       " 'sub_provisioning_distribution_id': 'LIVING-ROOM'}"));
}

TEST(turning, a_draft_that_becomes_a_subscriber_yields_nothing) {
    EXPECT_EQ(planned("BECOME_SUBSCRIBER", asking({{.has = household}}, {{"draft", true}})), lines{});
    EXPECT_EQ(planned("BECOME_SUBSCRIBER", asking({{.has = household}}, {{"draft", false}})).size(), 5U);
    EXPECT_EQ(planned("BECOME_SUBSCRIBER", asking({{.has = household}}, {{"draft", {}}})).size(), 5U);
}

TEST(turning, a_draft_that_is_turned_off_yields_nothing) {
    for (const auto* action : {"DEACTIVATE_SUBSCRIPTION",
                               "TERMINATE_SUBSCRIPTION",
                               "REST_SUBSCRIPTION",
                               "SHORT_TERM_DEACTIVATION",
                               "END_SHORT_TERM_ACTIVATION"})
        EXPECT_EQ(planned(action, asking({{.has = household}}, {{"draft", true}})), lines{}) << action;
}

TEST(turning, a_draft_is_refused_for_an_action_that_makes_the_subscriber_active) {
    for (const std::string action : {"ACTIVATE_SUBSCRIPTION",
                                     "END_SHORT_TERM_DEACTIVATION",
                                     "SHORT_TERM_ACTIVATION",
                                     "END_SUBSCRIPTION_RESTING"})
        EXPECT_EQ(faults(action, asking({{.has = household}}, {{"draft", true}})),
                  (lines{"draft: must not be true: " + action + " makes the subscriber active (was true)"}));
}

} // namespace
} // namespace contego::test
