#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

/// A distributor that got one more card and one more box.
value grown(std::optional<bool> paired) {
    return asking({{.distributor = "D",
                    .has = {{"02", "01"}, {"91", "92"}, {}},
                    .added = {.smartcards = {"02"}, .stbs = {"92"}},
                    .paired = paired}});
}

TEST(pairing, new_items_join_an_existing_pairing) {
    EXPECT_EQ(planned("ADD_INSTALLED_ITEM", grown(true)), (lines{"EXTEND 01 @D: 02|92"}));
}

TEST(pairing, an_unpaired_distributor_is_paired_as_a_whole) {
    EXPECT_EQ(planned("ADD_INSTALLED_ITEM", grown(false)), (lines{"CREATE 02,01|91,92 @D"}));
}

TEST(pairing, an_unknown_pairing_is_queried_and_both_branches_are_planned) {
    EXPECT_EQ(
        planned("ADD_INSTALLED_ITEM", grown({})),
        (lines{"STATUS 01 @D", "if unpaired: CREATE 02,01|91,92 @D", "if paired: EXTEND 01 @D: 02|92"}));
}

TEST(pairing, the_same_holds_for_every_action_that_may_do_both) {
    const auto swapped = [](std::optional<bool> paired) {
        return asking({{.distributor = "D",
                        .has = {{"01"}, {"92"}, {}},
                        .added = {.stbs = {"92"}},
                        .removed = {.stbs = {"91"}},
                        .paired = paired}});
    };
    for (const auto* action : {"SWAP_INSTALLED_ITEM", "CHANGE_SUBSCRIPTION_DISTRIBUTION"}) {
        EXPECT_EQ(planned(action, swapped(true)), (lines{"EXTEND 01 @D: |92"})) << action;
        EXPECT_EQ(planned(action, swapped(false)), (lines{"CREATE 01|92 @D"})) << action;
        EXPECT_EQ(planned(action, swapped({})),
                  (lines{"STATUS 01 @D", "if unpaired: CREATE 01|92 @D", "if paired: EXTEND 01 @D: |92"}))
            << action;
    }
}

TEST(pairing, without_an_earlier_card_there_is_no_pairing_to_join) {
    for (const auto paired : {std::optional<bool>{}, std::optional<bool>{true}, std::optional<bool>{false}})
        EXPECT_EQ(planned("ADD_INSTALLED_ITEM",
                          asking({{.distributor = "D",
                                   .has = {{"01"}, {"91"}, {}},
                                   .added = {.smartcards = {"01"}},
                                   .paired = paired}})),
                  (lines{"CREATE 01|91 @D"}));
}

TEST(pairing, without_a_card_or_without_a_box_nothing_is_paired) {
    EXPECT_EQ(planned("ADD_INSTALLED_ITEM", asking({{.has = {{}, {"91"}, {}}, .added = {.stbs = {"91"}}}})),
              lines{});
    EXPECT_EQ(
        planned("ADD_INSTALLED_ITEM", asking({{.has = {{"01"}, {}, {}}, .added = {.smartcards = {"01"}}}})),
        lines{});
}

TEST(pairing, every_distributor_is_queried_before_its_own_branches) {
    const std::vector<place> two{
        {.distributor = "A", .has = {{"01"}, {"91"}, {}}, .added = {.stbs = {"91"}}},
        {.distributor = "B", .has = {{"02"}, {"92"}, {}}, .added = {.stbs = {"92"}}}};

    EXPECT_EQ(planned("ADD_INSTALLED_ITEM", asking(two)),
              (lines{"STATUS 01 @A",
                     "if unpaired: CREATE 01|91 @A",
                     "if paired: EXTEND 01 @A: |91",
                     "STATUS 02 @B",
                     "if unpaired: CREATE 02|92 @B",
                     "if paired: EXTEND 02 @B: |92"}));
}

TEST(pairing, services_alone_pair_only_if_the_distribution_changes_and_is_unpaired) {
    const auto with_service = [](std::optional<bool> paired) {
        return asking({{.distributor = "D",
                        .has = {{"01"}, {"91"}, {"11"}},
                        .added = {.services = {"11"}},
                        .paired = paired}});
    };
    constexpr auto change = "CHANGE_SUBSCRIPTION_DISTRIBUTION";

    EXPECT_EQ(planned(change, with_service(false)), (lines{"CREATE 01|91 @D", "ADD 01/11 @D"}));
    EXPECT_EQ(planned(change, with_service(true)), (lines{"ADD 01/11 @D"}));
    EXPECT_EQ(planned(change, with_service({})), (lines{"ADD 01/11 @D"}));
    EXPECT_EQ(planned("ADD_SERVICE", with_service(false)), (lines{"ADD 01/11 @D"}));
}

TEST(pairing, a_pairing_names_no_more_clients_than_the_site_allows) {
    limits site;
    site.clients_per_pairing = 1;
    const auto rule = " must name at most 1, the limit of one pairing command";
    const auto said = [&](std::string_view action, const value& v) {
        lines all;
        for (const auto& one : violated(action, v, site))
            all.push_back(one.field + ' ' + one.rule);
        return all;
    };

    EXPECT_EQ(said("BECOME_SUBSCRIBER", asking({{.has = {{"01", "02"}, {"91", "92"}, {}}}})),
              (lines{std::string("distributions[0].smartcards") + rule,
                     std::string("distributions[0].stbs") + rule}));
    EXPECT_EQ(
        said("ADD_INSTALLED_ITEM",
             asking({{.has = {{"01"}, {"91", "92"}, {}}, .added = {.stbs = {"91", "92"}}, .paired = true}})),
        (lines{std::string("distributions[0].added.stbs") + rule}));
}

} // namespace
} // namespace contego::test
