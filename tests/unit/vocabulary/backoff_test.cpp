#include <contego/backoff.hpp>

#include <gtest/gtest.h>

#include <climits>

namespace contego {
namespace {

using std::chrono::milliseconds;

constexpr double almost_one = 0.999999;

TEST(delay_after, doubles_from_a_tenth_of_a_second_to_two_seconds) {
    EXPECT_EQ(delay_after(1, almost_one), milliseconds(99));
    EXPECT_EQ(delay_after(2, almost_one), milliseconds(199));
    EXPECT_EQ(delay_after(5, almost_one), milliseconds(1599));
    EXPECT_EQ(delay_after(6, almost_one), milliseconds(1999));
}

TEST(delay_after, stays_at_two_seconds_however_long_it_lasts) {
    EXPECT_EQ(delay_after(1000, almost_one), milliseconds(1999));
    EXPECT_EQ(delay_after(INT_MAX, almost_one), milliseconds(1999));
}

TEST(delay_after, is_never_less_than_half_of_its_bound) {
    EXPECT_EQ(delay_after(1, 0), milliseconds(50));
    EXPECT_EQ(delay_after(9, 0), milliseconds(1000));
}

TEST(backoff, starts_again_after_the_database_answered) {
    backoff p;
    for (int n = 0; n < 10; ++n)
        static_cast<void>(p.next());
    EXPECT_GE(p.next(), milliseconds(1000));

    p.regained();

    EXPECT_LE(p.next(), milliseconds(100));
}

} // namespace
} // namespace contego
