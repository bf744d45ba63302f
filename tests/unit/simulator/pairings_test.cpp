#include "calls.hpp"
#include "simulator/cas.hpp"

#include <gtest/gtest.h>

namespace contego::simulator::tests {
namespace {

const std::string card = "01000000017";
const std::string other_card = "01000000025";
const std::string box = "0012345678";
const std::string other_box = "0012345679";

class pairings_test : public testing::Test {
protected:
    answer create(numbers cards, numbers boxes) {
        return cas_.apply(call_of(command_type::create_pairing, std::move(cards), {}, std::move(boxes)),
                          moment());
    }

    answer extend(const std::string& paired, numbers cards, numbers boxes) {
        auto c = call_of(command_type::add_to_existing_pairing, std::move(cards), {}, std::move(boxes));
        c.paired_card = paired;
        return cas_.apply(c, moment());
    }

    answer of_card(const std::string& number) {
        return cas_.apply(call_of(command_type::get_pairing_status_for_card, {number}), moment());
    }

    answer of_box(const std::string& number) {
        return cas_.apply(call_of(command_type::get_pairing_status_for_pairing_module, {}, {}, {number}),
                          moment());
    }

    cas cas_{population(), 1};
};

TEST_F(pairings_test, a_pairing_is_seen_from_both_sides) {
    EXPECT_TRUE(create({card, other_card}, {box}).effect);

    EXPECT_EQ(of_card(other_card).paired, true);
    EXPECT_EQ(of_card(other_card).partners, numbers{box});
    EXPECT_EQ(of_box(box).partners, (numbers{card, other_card}));
}

TEST_F(pairings_test, a_new_card_or_box_is_not_paired) {
    EXPECT_EQ(of_card(card).paired, false);
    EXPECT_EQ(of_box(box).paired, false);
    EXPECT_EQ(of_card(card).status_code, "OK");
}

TEST_F(pairings_test, the_same_pairing_again_is_there_already) {
    create({card, other_card}, {box});

    const auto again = create({other_card, card}, {box});

    EXPECT_EQ(again.status_code, "ALREADY_PAIRED");
    EXPECT_FALSE(again.effect);
}

TEST_F(pairings_test, a_part_of_a_pairing_cannot_be_paired_anew) {
    create({card}, {box});

    EXPECT_EQ(create({card}, {box, other_box}).status_code, "PAIRED_WITH_ANOTHER");
    EXPECT_EQ(create({card}, {other_box}).status_code, "PAIRED_WITH_ANOTHER");
    EXPECT_EQ(create({other_card}, {box}).status_code, "PAIRED_WITH_ANOTHER");
    EXPECT_EQ(of_box(other_box).paired, false);
}

TEST_F(pairings_test, a_pairing_takes_more_cards_and_boxes) {
    create({card}, {box});

    EXPECT_TRUE(extend(card, {other_card}, {other_box}).effect);

    EXPECT_EQ(of_card(other_card).partners, (numbers{box, other_box}));
}

TEST_F(pairings_test, adding_a_member_of_the_pairing_says_so) {
    create({card}, {box});

    const auto again = extend(card, {}, {box});

    EXPECT_EQ(again.status_code, "ALREADY_PAIRED");
    EXPECT_FALSE(again.effect);
}

TEST_F(pairings_test, adding_to_a_card_that_is_not_paired_finds_no_pairing) {
    EXPECT_EQ(extend(card, {}, {box}).status_code, "PAIRING_NOT_FOUND");
    EXPECT_EQ(of_box(box).paired, false);
}

TEST_F(pairings_test, adding_from_another_pairing_does_nothing) {
    create({card}, {box});
    create({other_card}, {other_box});

    EXPECT_EQ(extend(card, {"01000000033"}, {other_box}).status_code, "PAIRED_WITH_ANOTHER");
    EXPECT_EQ(of_card("01000000033").paired, false);
}

TEST_F(pairings_test, the_paired_card_of_an_addition_must_exist) {
    EXPECT_EQ(extend("09000000000", {}, {box}).status_code, "CLIENT_NOT_FOUND");
}

} // namespace
} // namespace contego::simulator::tests
