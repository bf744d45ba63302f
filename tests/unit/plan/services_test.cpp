#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

/// Two cards and a box whose services the action changed.
value services(const ids& after, const ids& added, const ids& removed) {
    return asking({{.distributor = "D",
                    .has = {{"01", "02"}, {"91"}, after},
                    .added = {.services = added},
                    .removed = {.services = removed}}});
}

TEST(services, ADD_SERVICE_adds_the_new_service_to_every_card) {
    EXPECT_EQ(planned("ADD_SERVICE", services({"11", "12"}, {"12"}, {})),
              (lines{"ADD 01/12 @D", "ADD 02/12 @D"}));
}

TEST(services, ADD_SERVICE_with_a_new_box_adds_it_to_the_pairing_first) {
    for (const auto paired : {std::optional<bool>{}, std::optional<bool>{true}})
        EXPECT_EQ(planned("ADD_SERVICE",
                          asking({{.distributor = "D",
                                   .has = {{"01", "02"}, {"91", "92"}, {"11"}},
                                   .added = {.stbs = {"92"}, .services = {"11"}},
                                   .paired = paired}})),
                  (lines{"EXTEND 01 @D: |92", "ADD 01/11 @D", "ADD 02/11 @D"}));
}

TEST(services, ADD_SERVICE_cannot_create_a_pairing) {
    EXPECT_EQ(
        faults("ADD_SERVICE",
               asking({{.has = {{"01"}, {"91"}, {"11"}},
                        .added = {.stbs = {"91"}, .services = {"11"}},
                        .paired = false}})),
        (lines{"distributions[0].paired: must not be false if STBs are added: ADD_SERVICE cannot create a"
               " pairing (was false)"}));
}

TEST(services, ADD_SERVICE_with_a_new_box_needs_a_card) {
    EXPECT_EQ(
        faults("ADD_SERVICE",
               asking({{.has = {{}, {"91"}, {"11"}}, .added = {.stbs = {"91"}, .services = {"11"}}}})),
        (lines{"distributions[0].smartcards: must name the smartcard that the added STBs are paired with (was"
               " [])"}));
}

TEST(services, START_SERVICE_adds_the_service_to_every_card) {
    EXPECT_EQ(planned("START_SERVICE", services({"11", "12"}, {"12"}, {})),
              (lines{"ADD 01/12 @D", "ADD 02/12 @D"}));
}

TEST(services, STOP_SERVICE_cancels_the_service_on_every_card) {
    EXPECT_EQ(planned("STOP_SERVICE", services({"11"}, {}, {"12"})),
              (lines{"CANCEL 01/12 @D", "CANCEL 02/12 @D"}));
}

TEST(services, REMOVE_SERVICE_cancels_the_service_on_every_card) {
    EXPECT_EQ(planned("REMOVE_SERVICE", services({}, {}, {"12"})),
              (lines{"CANCEL 01/12 @D", "CANCEL 02/12 @D"}));
}

TEST(services, SWAP_SERVICE_adds_the_new_before_it_cancels_the_old) {
    EXPECT_EQ(planned("SWAP_SERVICE", services({"11", "13"}, {"13"}, {"12"})),
              (lines{"ADD 01/13 @D", "ADD 02/13 @D", "CANCEL 01/12 @D", "CANCEL 02/12 @D"}));
}

TEST(services, REGRET_SWAP_adds_the_old_again_and_cancels_the_new) {
    EXPECT_EQ(planned("REGRET_SWAP", services({"11", "12"}, {"12"}, {"13"})),
              (lines{"ADD 01/12 @D", "ADD 02/12 @D", "CANCEL 01/13 @D", "CANCEL 02/13 @D"}));
}

TEST(services, a_service_without_a_card_yields_nothing) {
    EXPECT_EQ(planned("ADD_SERVICE", asking({{.has = {.services = {"11"}}, .added = {.services = {"11"}}}})),
              lines{});
}

TEST(services, a_service_that_another_distributor_gives_the_card_is_not_cancelled) {
    const std::vector<place> two{
        {.distributor = "A", .has = {.smartcards = {"01", "02"}}, .removed = {.services = {"11"}}},
        {.distributor = "B", .has = {.smartcards = {"01"}, .services = {"11"}}}};

    EXPECT_EQ(planned("REMOVE_SERVICE", asking(two)), (lines{"CANCEL 02/11 @A"}));
}

TEST(services, a_service_that_another_distributor_gave_the_card_is_not_added_again) {
    const std::vector<place> two{{.distributor = "A", .has = {.smartcards = {"01"}, .services = {"11"}}},
                                 {.distributor = "B",
                                  .has = {.smartcards = {"01", "02"}, .services = {"11"}},
                                  .added = {.services = {"11"}}}};

    EXPECT_EQ(planned("ADD_SERVICE", asking(two)), (lines{"ADD 02/11 @B"}));
}

TEST(services, nothing_is_authorised_for_a_draft) {
    const auto draft = [](const lists& has, const lists& added, const lists& removed) {
        return asking({{.has = has, .added = added, .removed = removed}}, {{"draft", true}});
    };
    const lists old_service{.services = {"11"}};
    const lists card_and_new{.smartcards = {"01"}, .services = {"12"}};
    const lists new_service{.services = {"12"}};

    for (const auto* action : {"ADD_SERVICE", "START_SERVICE"})
        EXPECT_EQ(planned(action, draft(card_and_new, new_service, {})), lines{}) << action;
    for (const auto* action : {"STOP_SERVICE", "REMOVE_SERVICE"})
        EXPECT_EQ(planned(action, draft(card_and_new, {}, old_service)), lines{}) << action;
    for (const auto* action : {"SWAP_SERVICE", "REGRET_SWAP"})
        EXPECT_EQ(planned(action, draft(card_and_new, new_service, old_service)), lines{}) << action;
}

} // namespace
} // namespace contego::test
