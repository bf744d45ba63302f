#include "plan/date.hpp"

#include <gtest/gtest.h>

namespace contego::planning {
namespace {

/// Returns the instant of a valid date.
instant at(std::string_view text) {
    return instant_of(text).value_or(instant{});
}

TEST(date, the_epoch_is_zero) {
    EXPECT_EQ(instant_of("1970-01-01T00:00:00Z"), (instant{0, 0}));
}

TEST(date, a_known_date_has_its_seconds) {
    EXPECT_EQ(instant_of("2014-11-28T15:05:20Z"), (instant{1417187120, 0}));
}

TEST(date, an_offset_is_subtracted) {
    EXPECT_EQ(instant_of("1970-01-01T02:30:00+02:30"), (instant{0, 0}));
    EXPECT_EQ(instant_of("1969-12-31T19:00:00-05:00"), (instant{0, 0}));
    EXPECT_EQ(instant_of("1970-01-01T14:00:00+14:00"), (instant{0, 0}));
}

TEST(date, a_fraction_counts_to_the_nanosecond) {
    EXPECT_EQ(instant_of("1970-01-01T00:00:00.5Z"), (instant{0, 500'000'000}));
    EXPECT_EQ(instant_of("1970-01-01T00:00:01.000000001Z"), (instant{1, 1}));
}

TEST(date, instants_are_ordered_across_zones_and_fractions) {
    EXPECT_LT(at("2025-01-01T01:00:00+02:00"), at("2025-01-01T00:00:00Z"));
    EXPECT_LT(at("2025-01-01T00:00:00Z"), at("2025-01-01T00:00:00.001Z"));
    EXPECT_LT(at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z"));
}

TEST(date, only_days_of_the_calendar_are_accepted) {
    EXPECT_TRUE(instant_of("2024-02-29T00:00:00Z"));
    EXPECT_FALSE(instant_of("2023-02-29T00:00:00Z"));
    EXPECT_FALSE(instant_of("1900-02-29T00:00:00Z"));
    EXPECT_FALSE(instant_of("2025-04-31T00:00:00Z"));
    EXPECT_FALSE(instant_of("2025-00-10T00:00:00Z"));
    EXPECT_FALSE(instant_of("2025-13-10T00:00:00Z"));
    EXPECT_FALSE(instant_of("0000-01-01T00:00:00Z"));
}

TEST(date, only_times_of_the_clock_are_accepted) {
    EXPECT_TRUE(instant_of("2025-01-01T23:59:59Z"));
    EXPECT_FALSE(instant_of("2025-01-01T24:00:00Z"));
    EXPECT_FALSE(instant_of("2025-01-01T00:60:00Z"));
    EXPECT_FALSE(instant_of("2025-01-01T00:00:60Z"));
}

class not_a_date : public testing::TestWithParam<const char*> {};

TEST_P(not_a_date, is_nothing) {
    EXPECT_FALSE(instant_of(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(date,
                         not_a_date,
                         testing::Values("",
                                         "2025-01-01",
                                         "2025-01-01T00:00:00",
                                         "2025-01-01 00:00:00Z",
                                         "2025-01-01t00:00:00z",
                                         "2025-01-01T00:00Z",
                                         "2025-01-01T00:00:00.Z",
                                         "2025-01-01T00:00:00.1234567890Z",
                                         "2025-01-01T00:00:00+0100",
                                         "2025-01-01T00:00:00+1:00",
                                         "2025-01-01T00:00:00+14:01",
                                         "2025-01-01T00:00:00+15:00",
                                         "2025-01-01T00:00:00+01:60",
                                         "2025-01-01T00:00:00ZZ",
                                         "2025-1-01T00:00:00Z",
                                         "-025-01-01T00:00:00Z",
                                         "+2025-01-01T00:00:00Z",
                                         " 2025-01-01T00:00:00Z",
                                         "2025-01-01T00:00:00Z "));

} // namespace
} // namespace contego::planning
