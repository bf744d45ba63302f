#include "http/breaker.hpp"

#include <gtest/gtest.h>

namespace contego::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const breaker_options three{3, milliseconds(1000), milliseconds(5000)};
const breaker::time_point t0{std::chrono::hours(1)};

breaker opened() {
    breaker b(three);
    for (int n = 0; n < 3; ++n)
        b.failed(t0, "connect: refused");
    return b;
}

TEST(breaker, opens_after_the_given_number_of_failures_in_a_row) {
    breaker b(three);

    EXPECT_FALSE(b.failed(t0, "connect: refused"));
    EXPECT_FALSE(b.failed(t0, "connect: refused"));
    EXPECT_FALSE(b.is_open());
    EXPECT_TRUE(b.failed(t0, "timeout: late"));

    EXPECT_TRUE(b.is_open());
    EXPECT_EQ(b.reason(), "timeout: late");
}

TEST(breaker, forgets_failures_when_something_is_answered) {
    breaker b(three);
    b.failed(t0, "x");
    b.failed(t0, "x");

    EXPECT_FALSE(b.answered());
    b.failed(t0, "x");
    b.failed(t0, "x");

    EXPECT_FALSE(b.is_open());
}

TEST(breaker, lets_a_probe_pass_when_the_interval_is_over_and_none_is_out) {
    auto b = opened();

    EXPECT_FALSE(b.probe_is_due(t0 + milliseconds(999)));
    EXPECT_TRUE(b.probe_is_due(t0 + milliseconds(1000)));
    b.probe_sent(t0 + milliseconds(1000));
    EXPECT_FALSE(b.probe_is_due(t0 + seconds(100)));
}

TEST(breaker, waits_an_interval_from_probe_to_probe) {
    auto b = opened();
    b.probe_sent(t0 + seconds(1));

    b.probe_failed("timeout: still late");

    EXPECT_TRUE(b.is_open());
    EXPECT_EQ(b.reason(), "timeout: still late");
    EXPECT_FALSE(b.probe_is_due(t0 + milliseconds(1999)));
    EXPECT_TRUE(b.probe_is_due(t0 + seconds(2)));
}

TEST(breaker, closes_on_any_answer) {
    auto b = opened();
    b.probe_sent(t0 + seconds(1));

    EXPECT_TRUE(b.answered());

    EXPECT_FALSE(b.is_open());
    EXPECT_FALSE(b.probe_is_out());
    EXPECT_EQ(b.reason(), "");
    EXPECT_FALSE(b.failed(t0 + seconds(2), "x")) << "it counts from 0 again";
}

TEST(breaker, ignores_failures_while_it_is_open) {
    auto b = opened();

    EXPECT_FALSE(b.failed(t0 + milliseconds(900), "closed: late failure"));

    EXPECT_TRUE(b.probe_is_due(t0 + milliseconds(1000)));
}

TEST(breaker, that_was_shut_opens_for_a_probe_after_the_given_time_and_not_for_late_answers) {
    breaker b({3, milliseconds(1000), milliseconds(5000)});

    EXPECT_TRUE(b.shut(t0, seconds(8), "the login failed"));
    EXPECT_FALSE(b.shut(t0, seconds(8), "the login failed")) << "it was open";

    EXPECT_FALSE(b.answered()) << "an exchange that was in flight";
    EXPECT_TRUE(b.is_open());
    EXPECT_EQ(b.reason(), "the login failed");
    EXPECT_FALSE(b.probe_is_due(t0 + milliseconds(7999)));
    EXPECT_TRUE(b.probe_is_due(t0 + seconds(8)));
    b.probe_sent(t0 + seconds(8));
    EXPECT_TRUE(b.answered());
    EXPECT_FALSE(b.is_open());
}

TEST(breaker, that_was_shut_for_less_than_an_interval_waits_for_the_interval) {
    breaker b({3, milliseconds(1000), milliseconds(5000)});

    b.shut(t0, seconds(0), "x");

    EXPECT_FALSE(b.probe_is_due(t0 + milliseconds(999)));
    EXPECT_TRUE(b.probe_is_due(t0 + milliseconds(1000)));
}

TEST(breaker, that_is_shut_again_ends_the_probe) {
    breaker b({3, milliseconds(1000), milliseconds(5000)});
    b.shut(t0, seconds(1), "x");
    b.probe_sent(t0 + seconds(1));

    b.shut(t0 + seconds(1), seconds(2), "y");

    EXPECT_FALSE(b.probe_is_out());
    EXPECT_FALSE(b.probe_is_due(t0 + milliseconds(2999)));
    EXPECT_TRUE(b.probe_is_due(t0 + seconds(3)));
}

} // namespace
} // namespace contego::http
