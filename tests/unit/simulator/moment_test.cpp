#include "simulator/moment.hpp"

#include <gtest/gtest.h>

namespace contego::simulator {
namespace {

TEST(moment, a_date_is_read_with_its_zone) {
    EXPECT_EQ(moment_of("2030-01-01T00:00:00Z"), moment_of("2030-01-01T02:00:00+02:00"));
    EXPECT_EQ(moment_of("2030-01-01T00:00:00Z"), moment_of("2029-12-31T18:30:00-05:30"));
}

TEST(moment, a_date_without_a_zone_is_in_utc) {
    EXPECT_EQ(moment_of("2030-01-01T00:00:00"), moment_of("2030-01-01T00:00:00Z"));
}

TEST(moment, a_fraction_counts_to_the_microsecond) {
    const moment whole = std::chrono::sys_days(std::chrono::year(2030) / 1 / 1);

    EXPECT_EQ(moment_of("2030-01-01T00:00:00.25Z"), whole + std::chrono::milliseconds(250));
    EXPECT_EQ(moment_of("2030-01-01T00:00:00.0000019Z"), whole + std::chrono::microseconds(1));
}

TEST(moment, any_other_text_is_refused) {
    for (const auto* text : {"",
                             "2030-01-01",
                             "2030-02-29T00:00:00Z",
                             "2030-13-01T00:00:00Z",
                             "2030-01-01T24:00:00Z",
                             "2030-01-01 00:00:00Z",
                             "2030-01-01T00:00:00.Z",
                             "2030-01-01T00:00:00ZZ",
                             "2030-01-01T00:00:00+2:00",
                             "tomorrow"})
        EXPECT_EQ(moment_of(text), std::nullopt) << text;
}

TEST(moment, the_day_that_only_leap_years_have_is_a_date) {
    EXPECT_TRUE(moment_of("2028-02-29T00:00:00Z"));
}

TEST(moment, a_moment_is_written_so_that_it_reads_the_same) {
    const auto m = moment_of("2030-01-31T08:09:10.000123+01:00").value_or(moment());

    EXPECT_EQ(to_text(m), "2030-01-31T07:09:10.000123Z");
    EXPECT_EQ(moment_of(to_text(m)), m);
}

} // namespace
} // namespace contego::simulator
