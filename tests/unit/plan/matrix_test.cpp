#include "plan/matrix.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace contego::planning {
namespace {

/// The matrix as the CRM documents it, with a letter for each command: a ADD_SUBSCRIPTIONS, c
/// CANCEL_SUBSCRIPTIONS, p CREATE_PAIRING, e ADD_TO_EXISTING_PAIRING.
const std::map<std::string_view, std::string_view> documented{
    {"BECOME_SUBSCRIBER", "a-p-"},
    {"ACTIVATE_SUBSCRIPTION", "a-p-"},
    {"END_SHORT_TERM_DEACTIVATION", "a-p-"},
    {"SHORT_TERM_ACTIVATION", "a-p-"},
    {"END_SUBSCRIPTION_RESTING", "a-p-"},
    {"REFRESH", "a-p-"}, // the operators' own
    {"DEACTIVATE_SUBSCRIPTION", "-c--"},
    {"TERMINATE_SUBSCRIPTION", "-c--"},
    {"REST_SUBSCRIPTION", "-c--"},
    {"SHORT_TERM_DEACTIVATION", "-c--"},
    {"END_SHORT_TERM_ACTIVATION", "-c--"},
    {"CHANGE_SUBSCRIPTION_DISTRIBUTION", "acpe"},
    {"ADD_SERVICE", "a--e"},
    {"START_SERVICE", "a---"},
    {"STOP_SERVICE", "-c--"},
    {"REMOVE_SERVICE", "-c--"},
    {"SWAP_SERVICE", "ac--"},
    {"REGRET_SWAP", "ac--"},
    {"SWAP_INSTALLED_ITEM", "acpe"},
    {"ADD_INSTALLED_ITEM", "--pe"},
    {"REMOVE_INSTALLED_ITEM", "-c--"},
};

std::string letters(const yields& y) {
    return {y.add ? 'a' : '-',
            y.cancel ? 'c' : '-',
            y.create_pairing ? 'p' : '-',
            y.add_to_existing_pairing ? 'e' : '-'};
}

TEST(matrix, every_action_may_yield_what_the_crm_documents) {
    std::map<std::string_view, std::string> ours;
    for (const auto& r : matrix)
        ours.emplace(r.action, letters(r.may));

    const std::map<std::string_view, std::string> theirs(documented.begin(), documented.end());
    EXPECT_EQ(ours, theirs);
    EXPECT_EQ(matrix.size(), documented.size());
}

TEST(matrix, an_action_needs_only_changes_that_it_may_make) {
    for (const auto& r : matrix)
        for (const auto& n : r.must_change)
            EXPECT_NE(n.any_of & r.may_change, 0U) << r.action;
}

TEST(matrix, turning_on_never_cancels_and_turning_off_only_cancels) {
    for (const auto& r : matrix) {
        EXPECT_FALSE(r.kind == action_kind::turns_on && r.may.cancel) << r.action;
        EXPECT_FALSE(r.kind == action_kind::turns_off && letters(r.may) != "-c--") << r.action;
    }
}

TEST(matrix, a_row_is_found_by_its_exact_name) {
    ASSERT_NE(row_of("REGRET_SWAP"), nullptr);
    EXPECT_EQ(row_of("REGRET_SWAP")->action, "REGRET_SWAP");
    EXPECT_EQ(row_of("regret_swap"), nullptr);
    EXPECT_EQ(row_of(""), nullptr);
    EXPECT_EQ(row_of("ADD_SUBSCRIPTIONS"), nullptr);
}

} // namespace
} // namespace contego::planning
