#include "binding/time_zone.hpp"

#include <gtest/gtest.h>

namespace contego::wire {
namespace {

constexpr std::int64_t hour = 3600;

std::int64_t offset(std::string_view zone, std::int64_t utc) {
    const auto loaded = time_zone::load(zone);
    EXPECT_TRUE(loaded) << zone;
    return loaded ? loaded->offset_at(utc) : -1;
}

TEST(time_zone, knows_summer_time_in_the_listed_years_and_by_rule_afterwards) {
    EXPECT_EQ(offset("Europe/Oslo", 1'774'745'999), hour) << "2026-03-29T00:59:59Z";
    EXPECT_EQ(offset("Europe/Oslo", 1'774'746'000), 2 * hour);
    EXPECT_EQ(offset("Europe/Oslo", 1'792'889'999), 2 * hour) << "2026-10-25T00:59:59Z";
    EXPECT_EQ(offset("Europe/Oslo", 1'792'890'000), hour);
    EXPECT_EQ(offset("Europe/Oslo", 4'086'531'000), 2 * hour) << "2099-06-30";
    EXPECT_EQ(offset("Europe/Oslo", 4'102'444'799), hour) << "2099-12-31T23:59:59Z";
    EXPECT_EQ(offset("Australia/Sydney", 4'102'444'799), 11 * hour) << "summer is around the new year";
    EXPECT_EQ(offset("Asia/Kolkata", 4'102'444'799), 5 * hour + hour / 2);
    EXPECT_EQ(offset("America/New_York", 0), -5 * hour);
    EXPECT_EQ(offset("UTC", 0), 0);
}

TEST(time_zone, turns_local_time_into_utc) {
    const auto oslo = *time_zone::load("Europe/Oslo");

    EXPECT_EQ(oslo.utc_of(1'767'225'600), 1'767'225'600 - hour) << "winter";
    EXPECT_EQ(oslo.utc_of(1'782'864'000), 1'782'864'000 - 2 * hour) << "summer";
    EXPECT_EQ(oslo.utc_of(1'792'895'400), 1'792'895'400 - 2 * hour) << "02:30 occurs twice; the first";
    EXPECT_EQ(oslo.utc_of(1'774'751'400), std::nullopt) << "02:30 is skipped in March";
}

TEST(time_zone, refuses_names_that_are_no_zone) {
    for (const auto* name :
         {"", "Nowhere/Land", "Europe", "../../../etc/passwd", "/etc/passwd", "zone.tab", "Europe/Os lo"})
        EXPECT_FALSE(time_zone::load(name)) << name;
}

} // namespace
} // namespace contego::wire
