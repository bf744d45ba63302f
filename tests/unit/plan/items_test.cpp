#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

TEST(items, ADD_INSTALLED_ITEM_pairs_and_authorises_nothing) {
    EXPECT_EQ(planned("ADD_INSTALLED_ITEM",
                      asking({{.distributor = "D",
                               .has = {{"01", "02"}, {"91", "92"}, {"11"}},
                               .added = {.smartcards = {"02"}, .stbs = {"92"}},
                               .paired = true}})),
              (lines{"EXTEND 01 @D: 02|92"}));
}

TEST(items, ADD_INSTALLED_ITEM_pairs_the_first_card_and_box) {
    EXPECT_EQ(planned("ADD_INSTALLED_ITEM",
                      asking({{.distributor = "D",
                               .has = {{"01"}, {"91"}, {"11"}},
                               .added = {.smartcards = {"01"}, .stbs = {"91"}}}})),
              (lines{"CREATE 01|91 @D"}));
}

TEST(items, REMOVE_INSTALLED_ITEM_cancels_the_services_of_the_card) {
    EXPECT_EQ(planned("REMOVE_INSTALLED_ITEM",
                      asking({{.distributor = "D",
                               .has = {{"01"}, {"91"}, {"11", "12"}},
                               .removed = {.smartcards = {"02"}}}})),
              (lines{"CANCEL 02/11 @D", "CANCEL 02/12 @D"}));
}

TEST(items, REMOVE_INSTALLED_ITEM_of_a_box_needs_no_command) {
    EXPECT_EQ(planned("REMOVE_INSTALLED_ITEM",
                      asking({{.has = {{"01"}, {}, {"11"}}, .removed = {.stbs = {"91"}}}})),
              lines{});
}

TEST(items, SWAP_INSTALLED_ITEM_of_a_card_moves_its_services_to_the_new_one) {
    EXPECT_EQ(
        planned("SWAP_INSTALLED_ITEM",
                asking({{.distributor = "D",
                         .has = {{"02"}, {"91"}, {"11", "12"}},
                         .added = {.smartcards = {"02"}},
                         .removed = {.smartcards = {"01"}},
                         .paired = false}})),
        (lines{"CREATE 02|91 @D", "ADD 02/11 @D", "ADD 02/12 @D", "CANCEL 01/11 @D", "CANCEL 01/12 @D"}));
}

TEST(items, SWAP_INSTALLED_ITEM_of_a_card_joins_the_box_through_the_old_card) {
    place swapped{.distributor = "D",
                  .has = {{"02"}, {"91"}, {"11"}},
                  .added = {.smartcards = {"02"}},
                  .removed = {.smartcards = {"01"}}};

    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM", asking({swapped})),
              (lines{"STATUS 01 @D",
                     "if unpaired: CREATE 02|91 @D",
                     "if paired: EXTEND 01 @D: 02|",
                     "ADD 02/11 @D",
                     "CANCEL 01/11 @D"}));
    swapped.paired = true;
    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM", asking({swapped})),
              (lines{"EXTEND 01 @D: 02|", "ADD 02/11 @D", "CANCEL 01/11 @D"}));
}

TEST(items, SWAP_INSTALLED_ITEM_of_card_and_box_creates_a_pairing) {
    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM",
                      asking({{.distributor = "D",
                               .has = {{"02"}, {"92"}, {"11"}},
                               .added = {.smartcards = {"02"}, .stbs = {"92"}},
                               .removed = {.smartcards = {"01"}, .stbs = {"91"}}}})),
              (lines{"CREATE 02|92 @D", "ADD 02/11 @D", "CANCEL 01/11 @D"}));
}

TEST(items, SWAP_INSTALLED_ITEM_of_a_box_only_pairs) {
    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM",
                      asking({{.distributor = "D",
                               .has = {{"01"}, {"92"}, {"11"}},
                               .added = {.stbs = {"92"}},
                               .removed = {.stbs = {"91"}},
                               .paired = true}})),
              (lines{"EXTEND 01 @D: |92"}));
}

TEST(items, SWAP_INSTALLED_ITEM_may_swap_services_with_it) {
    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM",
                      asking({{.distributor = "D",
                               .has = {{"01"}, {"92"}, {"12"}},
                               .added = {.stbs = {"92"}, .services = {"12"}},
                               .removed = {.stbs = {"91"}, .services = {"11"}},
                               .paired = false}})),
              (lines{"CREATE 01|92 @D", "ADD 01/12 @D", "CANCEL 01/11 @D"}));
}

TEST(items, SWAP_INSTALLED_ITEM_on_one_distributor_leaves_the_other_alone) {
    const std::vector<place> two{{.distributor = "A", .has = {{"01"}, {"91"}, {"11"}}},
                                 {.distributor = "B",
                                  .has = {{"03"}, {"92"}, {"11"}},
                                  .added = {.smartcards = {"03"}},
                                  .removed = {.smartcards = {"02"}},
                                  .paired = true}};

    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM", asking(two)),
              (lines{"EXTEND 02 @B: 03|", "ADD 03/11 @B", "CANCEL 02/11 @B"}));
}

TEST(items, nothing_is_sent_for_a_draft) {
    const std::vector<place> swapped{{.has = {{"02"}, {"91"}, {"11"}},
                                      .added = {.smartcards = {"02"}},
                                      .removed = {.smartcards = {"01"}}}};
    const std::vector<place> added{{.has = {{"02"}, {"91"}, {"11"}}, .added = {.smartcards = {"02"}}}};
    const std::vector<place> removed{{.has = {{"02"}, {"91"}, {"11"}}, .removed = {.smartcards = {"01"}}}};

    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM", asking(swapped, {{"draft", true}})), lines{});
    EXPECT_EQ(planned("CHANGE_SUBSCRIPTION_DISTRIBUTION", asking(swapped, {{"draft", true}})), lines{});
    EXPECT_EQ(planned("ADD_INSTALLED_ITEM", asking(added, {{"draft", true}})), lines{});
    EXPECT_EQ(planned("REMOVE_INSTALLED_ITEM", asking(removed, {{"draft", true}})), lines{});
}

} // namespace
} // namespace contego::test
