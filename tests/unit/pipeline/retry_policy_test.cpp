#include "pipeline/retry_policy.hpp"

#include <gtest/gtest.h>

namespace contego::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const retry_policy policy{milliseconds(1000), milliseconds(60'000), 10, milliseconds(3'600'000)};

struct row {
    int attempts;
    double jitter;
    std::optional<seconds> asked;
    std::optional<milliseconds> expected;
};

std::ostream& operator<<(std::ostream& out, const row& r) {
    return out << r.attempts << " attempts, dice " << r.jitter << ", asked for "
               << r.asked.value_or(seconds(0)).count() << " s";
}

class next_delay_table : public ::testing::TestWithParam<row> {};

TEST_P(next_delay_table, is_kept) {
    const auto& [attempts, jitter, asked, expected] = GetParam();

    EXPECT_EQ(next_delay(policy, attempts, seconds(10), jitter, asked), expected);
}

INSTANTIATE_TEST_SUITE_P(rows,
                         next_delay_table,
                         ::testing::Values(row{1, 0.0, {}, milliseconds(0)},
                                           row{1, 0.5, {}, milliseconds(500)},
                                           row{2, 0.5, {}, milliseconds(1000)},
                                           row{5, 0.5, {}, milliseconds(8000)},
                                           row{7, 0.5, {}, milliseconds(30'000)},
                                           row{9, 0.999, {}, milliseconds(59'940)},
                                           row{1, 0.5, seconds(7), milliseconds(7000)},
                                           row{9, 0.5, seconds(60), milliseconds(60'000)},
                                           row{9, 0.5, seconds(61), milliseconds(60'000)},
                                           row{1, 0.5, seconds(1'000'000'000'000), milliseconds(60'000)},
                                           row{1, 0.5, seconds::max(), milliseconds(60'000)},
                                           row{1, 0.5, seconds(0), milliseconds(500)},
                                           row{1, 0.5, seconds(-7), milliseconds(500)},
                                           row{1, 0.5, seconds::min(), milliseconds(500)},
                                           row{10, 0.5, {}, std::nullopt},
                                           row{11, 0.5, seconds(7), std::nullopt}));

TEST(next_delay, is_none_for_what_has_been_due_too_long) {
    EXPECT_TRUE(next_delay(policy, 1, milliseconds(3'599'999), 0.5, {}));
    EXPECT_FALSE(next_delay(policy, 1, milliseconds(3'600'000), 0.5, {}));
}

TEST(next_delay, is_some_at_any_age_where_no_age_is_set) {
    auto ageless = policy;
    ageless.longest_age = milliseconds(0);

    EXPECT_TRUE(next_delay(ageless, 1, std::chrono::hours(10'000), 0.5, {}));
}

TEST(next_delay_after_outage, does_not_grow_and_keeps_what_was_asked_for) {
    EXPECT_EQ(next_delay_after_outage(policy, 0.5, {}), milliseconds(500));
    EXPECT_EQ(next_delay_after_outage(policy, 0.5, seconds(5)), milliseconds(5000));
}

TEST(next_delay_after_outage, keeps_what_was_asked_for_up_to_the_longest_delay) {
    for (const auto asked : {seconds(61), seconds(1'000'000'000'000), seconds::max()})
        EXPECT_EQ(next_delay_after_outage(policy, 0.5, asked), milliseconds(60'000));
    EXPECT_EQ(next_delay_after_outage(policy, 0.5, seconds::min()), milliseconds(500));
}

TEST(next_delay, does_not_overflow_however_long_the_delays_are) {
    const retry_policy endless{milliseconds(1), milliseconds::max(), 1'000'000, milliseconds(0)};

    EXPECT_EQ(next_delay(endless, 999'999, milliseconds(0), 0.0, {}), milliseconds(0));
    EXPECT_EQ(next_delay(endless, 1, milliseconds(0), 0.0, seconds::max()), milliseconds::max());
}

} // namespace
} // namespace contego::pipeline
