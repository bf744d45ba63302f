#include "json/json.hpp"
#include "simulator/population.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace contego::simulator {
namespace {

TEST(population, a_range_holds_numbers_of_its_own_length_only) {
    const auto range = number_range::parse("0100-0199");

    EXPECT_TRUE(range.has("0100"));
    EXPECT_TRUE(range.has("0199"));
    EXPECT_FALSE(range.has("0200"));
    EXPECT_FALSE(range.has("0099"));
    EXPECT_FALSE(range.has("100"));
    EXPECT_FALSE(range.has("00150"));
    EXPECT_FALSE(range.has("01a0"));
}

TEST(population, a_single_number_is_a_range_of_one) {
    const auto range = number_range::parse("0042");

    EXPECT_TRUE(range.has("0042"));
    EXPECT_FALSE(range.has("0043"));
}

TEST(population, an_invalid_range_is_refused) {
    for (const auto* text : {"", "-", "a-b", "0199-0100", "100-0199", "1-"})
        EXPECT_THROW((void)number_range::parse(text), std::invalid_argument) << text;
}

TEST(population, cards_of_01_are_ours_and_of_02_somebody_elses) {
    const population p;

    EXPECT_TRUE(holds(p.cards, "01900080207"));
    EXPECT_FALSE(holds(p.cards, "02900080207"));
    EXPECT_TRUE(holds(p.foreign, "02900080207"));
    EXPECT_FALSE(holds(p.cards, "1900080207"));
}

TEST(population, a_service_has_up_to_six_digits_and_does_not_begin_with_9) {
    const population p;

    for (const auto* id : {"0", "8", "11", "1111", "899999"})
        EXPECT_TRUE(holds(p.services, id)) << id;
    for (const auto* id : {"9", "9111", "1234567", ""})
        EXPECT_FALSE(holds(p.services, id)) << id;
}

TEST(population, a_box_has_ten_digits_and_begins_with_00) {
    const population p;

    EXPECT_TRUE(holds(p.boxes, "0012345678"));
    EXPECT_FALSE(holds(p.boxes, "0112345678"));
    EXPECT_FALSE(holds(p.boxes, "012345678"));
}

TEST(population, a_file_replaces_only_the_members_that_it_names) {
    const auto p = population::parse(
        json::parse(R"({"cards": ["10-19", "77"], "unavailable": ["DISPLAY_FINGERPRINT"]})"));

    EXPECT_TRUE(holds(p.cards, "15"));
    EXPECT_TRUE(holds(p.cards, "77"));
    EXPECT_FALSE(holds(p.cards, "01900080207"));
    EXPECT_TRUE(holds(p.boxes, "0012345678"));
    EXPECT_TRUE(p.unavailable.contains(command_type::display_fingerprint));
}

TEST(population, a_file_with_anything_else_in_it_is_refused) {
    for (const auto* text : {"[]",
                             R"({"card": []})",
                             R"({"cards": "10-19"})",
                             R"({"cards": [1]})",
                             R"({"unavailable": ["DANCE"]})"})
        EXPECT_THROW((void)population::parse(json::parse(text)), std::invalid_argument) << text;
}

} // namespace
} // namespace contego::simulator
