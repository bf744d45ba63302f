#include "http/limiter.hpp"
#include "http/pace.hpp"

#include <gtest/gtest.h>

namespace contego::http {
namespace {

using std::chrono::milliseconds;

const limiter::time_point t0{std::chrono::hours(1)};

/// Returns a limiter that has found that only `limit` exchanges at once are possible.
limiter lowered(std::size_t most, std::size_t limit) {
    limiter l(most);
    auto now = t0;
    while (l.limit() > limit) {
        now += milliseconds(1);
        l.lost(now, now);
    }
    return l;
}

TEST(limiter, begins_at_the_allowed_maximum_and_never_exceeds_it) {
    limiter l(8);

    for (int n = 0; n < 100; ++n)
        l.succeeded(8);

    EXPECT_EQ(l.limit(), 8U);
}

TEST(limiter, is_a_quarter_lower_after_a_loss) {
    limiter l(64);

    l.lost(t0, t0 + milliseconds(20));

    EXPECT_EQ(l.limit(), 48U);
}

TEST(limiter, is_lowered_once_by_one_jam) {
    limiter l(64);

    for (int n = 0; n < 64; ++n)
        l.lost(t0, t0 + milliseconds(20 + n));

    EXPECT_EQ(l.limit(), 48U);
}

TEST(limiter, never_goes_below_one) {
    EXPECT_EQ(lowered(64, 1).limit(), 1U);
}

TEST(limiter, grows_by_one_after_as_many_answers_as_it_is_high) {
    auto l = lowered(64, 1);

    l.succeeded(1);
    l.succeeded(1);
    EXPECT_GE(l.limit(), 2U);

    for (int n = 0; n < 2080; ++n)
        l.succeeded(l.limit());
    EXPECT_EQ(l.limit(), 64U);
}

TEST(limiter, does_not_grow_while_it_is_not_used) {
    auto l = lowered(64, 10);
    const auto before = l.limit();

    for (int n = 0; n < 1000; ++n)
        l.succeeded(1);

    EXPECT_EQ(l.limit(), before);
}

TEST(limiter, follows_the_allowed_maximum) {
    limiter unhindered(8);
    unhindered.allow(32);
    EXPECT_EQ(unhindered.limit(), 32U);

    auto hindered = lowered(64, 10);
    const auto before = hindered.limit();
    hindered.allow(32);
    EXPECT_EQ(hindered.limit(), before);
    hindered.allow(4);
    EXPECT_EQ(hindered.limit(), 4U);
}

TEST(pace, gives_every_exchange_its_turn) {
    pace ten(10);

    EXPECT_EQ(ten.take(t0), milliseconds(0));
    EXPECT_EQ(ten.take(t0), milliseconds(100));
    EXPECT_EQ(ten.take(t0 + milliseconds(50)), milliseconds(150));
    EXPECT_EQ(ten.take(t0 + milliseconds(1000)), milliseconds(0)) << "unused turns are not saved up";
}

TEST(pace, lets_all_pass_if_no_rate_is_set) {
    pace none(0);

    EXPECT_EQ(none.take(t0), milliseconds(0));
    EXPECT_EQ(none.take(t0), milliseconds(0));
}

} // namespace
} // namespace contego::http
