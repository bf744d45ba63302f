#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

constexpr auto change = "CHANGE_SUBSCRIPTION_DISTRIBUTION";

TEST(moves, CHANGE_SUBSCRIPTION_DISTRIBUTION_of_a_service_adds_there_and_cancels_here) {
    const std::vector<place> moved{
        {.distributor = "A", .has = {{"01"}, {"91"}, {}}, .removed = {.services = {"11"}}},
        {.distributor = "B", .has = {{"02"}, {"92"}, {"11"}}, .added = {.services = {"11"}}}};

    EXPECT_EQ(planned(change, asking(moved)), (lines{"ADD 02/11 @B", "CANCEL 01/11 @A"}));
}

TEST(moves, a_service_that_moves_to_a_distributor_known_to_be_unpaired_pairs_it) {
    const std::vector<place> moved{
        {.distributor = "A", .has = {{"01"}, {"91"}, {}}, .removed = {.services = {"11"}}, .paired = false},
        {.distributor = "B",
         .has = {{"02"}, {"92"}, {"11"}},
         .added = {.services = {"11"}},
         .paired = false}};

    EXPECT_EQ(planned(change, asking(moved)), (lines{"CREATE 02|92 @B", "ADD 02/11 @B", "CANCEL 01/11 @A"}));
}

TEST(moves, CHANGE_SUBSCRIPTION_DISTRIBUTION_of_a_card_gives_it_the_services_of_its_new_place) {
    const std::vector<place> moved{
        {.distributor = "A", .has = {{"01"}, {"91"}, {"11", "12"}}, .removed = {.smartcards = {"02"}}},
        {.distributor = "B", .has = {{"02"}, {"92"}, {"12", "13"}}, .added = {.smartcards = {"02"}}}};

    EXPECT_EQ(planned(change, asking(moved)), (lines{"CREATE 02|92 @B", "ADD 02/13 @B", "CANCEL 02/11 @A"}));
}

TEST(moves, a_card_that_moves_with_its_services_needs_no_command) {
    const std::vector<place> moved{
        {.distributor = "A", .removed = {.smartcards = {"01"}, .stbs = {"91"}, .services = {"11"}}},
        {.distributor = "B",
         .has = {{"01"}, {"91"}, {"11"}},
         .added = {.smartcards = {"01"}, .stbs = {"91"}, .services = {"11"}}}};

    EXPECT_EQ(planned(change, asking(moved)), (lines{"CREATE 01|91 @B"}));
}

TEST(moves, the_order_of_the_distributors_does_not_change_the_cancels) {
    const std::vector<place> moved{
        {.distributor = "B",
         .has = {.smartcards = {"01"}, .services = {"11"}},
         .added = {.smartcards = {"01"}}},
        {.distributor = "A", .has = {.services = {"11", "12"}}, .removed = {.smartcards = {"01"}}}};

    EXPECT_EQ(planned(change, asking(moved)), (lines{"CANCEL 01/12 @A"}));
}

TEST(moves, a_new_service_is_only_added_and_a_removed_one_only_cancelled) {
    EXPECT_EQ(planned(change,
                      asking({{.distributor = "A",
                               .has = {.smartcards = {"01"}, .services = {"11"}},
                               .added = {.services = {"11"}}}})),
              (lines{"ADD 01/11 @A"}));
    EXPECT_EQ(
        planned(
            change,
            asking({{.distributor = "A", .has = {.smartcards = {"01"}}, .removed = {.services = {"11"}}}})),
        (lines{"CANCEL 01/11 @A"}));
}

TEST(moves, a_box_that_moves_is_only_paired) {
    const std::vector<place> moved{
        {.distributor = "A", .has = {{"01"}, {}, {"11"}}, .removed = {.stbs = {"91"}}},
        {.distributor = "B",
         .has = {{"02"}, {"92", "91"}, {"12"}},
         .added = {.stbs = {"91"}},
         .paired = true}};

    EXPECT_EQ(planned(change, asking(moved)), (lines{"EXTEND 02 @B: |91"}));
}

} // namespace
} // namespace contego::test
