#include "plan/matrix.hpp"
#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

/// A distributor that names each of the six changes.
place everything_changed() {
    return {.distributor = "D",
            .has = {{"01", "02"}, {"91", "92"}, {"11", "12"}},
            .added = {{"02"}, {"92"}, {"12"}},
            .removed = {{"03"}, {"93"}, {"13"}}};
}

std::set<std::string> forbidden_fields(std::string_view action) {
    const auto result = plan(action, asking({everything_changed()}), limits{});
    std::set<std::string> fields;
    if (const auto* no = std::get_if<refusal>(&result))
        for (const auto& v : no->all)
            if (v.rule.rfind("must be empty: " + std::string(action), 0) == 0)
                fields.insert(v.field.substr(std::string("distributions[0].").size()));
    return fields;
}

const std::set<std::string> all_changes{"added.services",
                                        "added.smartcards",
                                        "added.stbs",
                                        "removed.services",
                                        "removed.smartcards",
                                        "removed.stbs"};

/// The changes that each action permits. An action that is not listed permits none.
const std::map<std::string_view, std::set<std::string>> allowed{
    {"CHANGE_SUBSCRIPTION_DISTRIBUTION", all_changes},
    {"SWAP_INSTALLED_ITEM", all_changes},
    {"ADD_SERVICE", {"added.services", "added.stbs"}},
    {"START_SERVICE", {"added.services"}},
    {"STOP_SERVICE", {"removed.services"}},
    {"REMOVE_SERVICE", {"removed.services"}},
    {"SWAP_SERVICE", {"added.services", "removed.services"}},
    {"REGRET_SWAP", {"added.services", "removed.services"}},
    {"ADD_INSTALLED_ITEM", {"added.smartcards", "added.stbs"}},
    {"REMOVE_INSTALLED_ITEM", {"removed.smartcards", "removed.stbs"}},
};

TEST(permitted, every_action_permits_exactly_its_own_changes) {
    for (const auto& r : planning::matrix) {
        auto expected = all_changes;
        if (const auto found = allowed.find(r.action); found != allowed.end())
            for (const auto& field : found->second)
                expected.erase(field);

        EXPECT_EQ(forbidden_fields(r.action), expected) << r.action;
    }
}

TEST(permitted, forbidden_items_are_shown) {
    EXPECT_EQ(faults("STOP_SERVICE",
                     asking({{.has = {.services = {"12"}},
                              .added = {.services = {"12"}},
                              .removed = {.services = {"11"}}}})),
              (lines{"distributions[0].added.services: must be empty: STOP_SERVICE does not change it (was "
                     "[\"12\"])"}));
    EXPECT_EQ(faults("REST_SUBSCRIPTION", asking({{.removed = {.services = {"11"}}}})),
              (lines{"distributions[0].removed.services: must be empty: REST_SUBSCRIPTION is about the whole"
                     " subscription (was [\"11\"])"}));
}

TEST(permitted, an_action_names_a_missing_change) {
    const auto nothing_changed = asking({{.has = {{"01"}, {"91"}, {"11"}}}});
    const auto missing = [&](std::string_view action) { return faults(action, nothing_changed); };
    const std::string added_service = "distributions[*].added.services: must name at least one service for ";
    const std::string removed_service =
        "distributions[*].removed.services: must name at least one service for ";
    const std::string added_item = "distributions[*].added: must name at least one smartcard or STB for ";
    const std::string removed_item = "distributions[*].removed: must name at least one smartcard or STB for ";

    EXPECT_EQ(missing("ADD_SERVICE"), (lines{added_service + "ADD_SERVICE (was nothing)"}));
    EXPECT_EQ(missing("START_SERVICE"), (lines{added_service + "START_SERVICE (was nothing)"}));
    EXPECT_EQ(missing("STOP_SERVICE"), (lines{removed_service + "STOP_SERVICE (was nothing)"}));
    EXPECT_EQ(missing("REMOVE_SERVICE"), (lines{removed_service + "REMOVE_SERVICE (was nothing)"}));
    EXPECT_EQ(missing("SWAP_SERVICE"),
              (lines{added_service + "SWAP_SERVICE (was nothing)",
                     removed_service + "SWAP_SERVICE (was nothing)"}));
    EXPECT_EQ(
        missing("REGRET_SWAP"),
        (lines{added_service + "REGRET_SWAP (was nothing)", removed_service + "REGRET_SWAP (was nothing)"}));
    EXPECT_EQ(missing("ADD_INSTALLED_ITEM"), (lines{added_item + "ADD_INSTALLED_ITEM (was nothing)"}));
    EXPECT_EQ(missing("REMOVE_INSTALLED_ITEM"),
              (lines{removed_item + "REMOVE_INSTALLED_ITEM (was nothing)"}));
    EXPECT_EQ(missing("SWAP_INSTALLED_ITEM"),
              (lines{added_item + "SWAP_INSTALLED_ITEM (was nothing)",
                     removed_item + "SWAP_INSTALLED_ITEM (was nothing)"}));
    EXPECT_EQ(missing("CHANGE_SUBSCRIPTION_DISTRIBUTION"),
              (lines{"distributions[*]: must name at least one change in added or removed for"
                     " CHANGE_SUBSCRIPTION_DISTRIBUTION (was nothing)"}));
}

TEST(permitted, a_box_is_not_a_service) {
    EXPECT_EQ(faults("ADD_SERVICE", asking({{.has = {{"01"}, {"91"}, {}}, .added = {.stbs = {"91"}}}})),
              (lines{"distributions[*].added.services: must name at least one service for ADD_SERVICE (was "
                     "nothing)"}));
}

TEST(permitted, one_distributor_that_changed_is_enough) {
    EXPECT_EQ(
        planned(
            "STOP_SERVICE",
            asking({{.distributor = "A"},
                    {.distributor = "B", .has = {.smartcards = {"01"}}, .removed = {.services = {"11"}}}})),
        (lines{"CANCEL 01/11 @B"}));
}

TEST(permitted, a_draft_is_checked_like_any_other_request) {
    EXPECT_EQ(violated("ADD_SERVICE", asking({{.has = {{"x"}, {}, {}}}}, {{"draft", true}})).size(), 2U);
}

TEST(permitted, violations_of_form_and_of_the_row_are_reported_together) {
    EXPECT_EQ(
        faults("START_SERVICE",
               asking({{.distributor = "", .has = {{"x1"}, {}, {}}, .removed = {.stbs = {"91"}}}},
                      {{"order", 1}})),
        (lines{
            "order: must be new_first or cancel_first (was 1)",
            "distributions[0].distributor: must be text of 1 to 100 characters (was \"\")",
            "distributions[0].smartcards[0]: must be 1 to 20 digits (was \"x1\")",
            "distributions[0].removed.stbs: must be empty: START_SERVICE does not change it (was [\"91\"])",
            "distributions[*].added.services: must name at least one service for START_SERVICE (was "
            "nothing)"}));
}

} // namespace
} // namespace contego::test
