#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

/// Two distributors, in each of which one card replaced another.
const std::vector<place> swapped_cards{{.distributor = "A",
                                        .has = {{"02"}, {"91"}, {"12", "11"}},
                                        .added = {{"02"}},
                                        .removed = {{"01"}},
                                        .paired = false},
                                       {.distributor = "B",
                                        .has = {{"04"}, {"92"}, {"11"}},
                                        .added = {{"04"}},
                                        .removed = {{"03"}},
                                        .paired = false}};

TEST(order, additions_come_before_cancellations) {
    const lines new_first{"CREATE 02|91 @A",
                          "CREATE 04|92 @B",
                          "ADD 02/12 @A",
                          "ADD 02/11 @A",
                          "ADD 04/11 @B",
                          "CANCEL 01/12 @A",
                          "CANCEL 01/11 @A",
                          "CANCEL 03/11 @B"};

    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM", asking(swapped_cards)), new_first);
    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM", asking(swapped_cards, {{"order", "new_first"}})), new_first);
    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM", asking(swapped_cards, {{"order", {}}})), new_first);
}

TEST(order, cancel_first_sends_the_cancellations_first) {
    EXPECT_EQ(planned("SWAP_INSTALLED_ITEM", asking(swapped_cards, {{"order", "cancel_first"}})),
              (lines{"CANCEL 01/12 @A",
                     "CANCEL 01/11 @A",
                     "CANCEL 03/11 @B",
                     "CREATE 02|91 @A",
                     "CREATE 04|92 @B",
                     "ADD 02/12 @A",
                     "ADD 02/11 @A",
                     "ADD 04/11 @B"}));
}

TEST(order, cards_and_services_keep_the_order_of_the_request) {
    EXPECT_EQ(
        planned("REST_SUBSCRIPTION",
                asking({{.distributor = "D", .has = {.smartcards = {"9", "1"}, .services = {"7", "3"}}}})),
        (lines{"CANCEL 9/7 @D", "CANCEL 9/3 @D", "CANCEL 1/7 @D", "CANCEL 1/3 @D"}));
}

TEST(order, another_order_is_refused) {
    EXPECT_EQ(faults("SWAP_INSTALLED_ITEM", asking(swapped_cards, {{"order", "random"}})),
              (lines{"order: must be new_first or cancel_first (was \"random\")"}));
}

} // namespace
} // namespace contego::test
