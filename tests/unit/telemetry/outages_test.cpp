#include "telemetry/outages.hpp"

#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const outages::time_point start{};

TEST(outages, tell_the_first_trouble_at_once) {
    outages all;

    EXPECT_EQ(all.trouble("claim", "gone", start), 1U);
}

TEST(outages, tell_one_line_in_ten_seconds_with_how_often) {
    outages all;
    ASSERT_EQ(all.trouble("claim", "gone", start), 1U);

    for (int n = 1; n < 20; ++n)
        EXPECT_EQ(all.trouble("claim", "gone", start + n * milliseconds(500)), std::nullopt) << n;

    EXPECT_EQ(all.trouble("claim", "gone", start + seconds(10)), 20U);
}

TEST(outages, tell_stages_apart) {
    outages all;
    ASSERT_EQ(all.trouble("claim", "gone", start), 1U);

    EXPECT_EQ(all.trouble("record", "gone", start), 1U);
    EXPECT_EQ(all.over("record", start + seconds(1)), seconds(1));
    EXPECT_EQ(all.over("claim", start + seconds(2)), seconds(2));
}

TEST(outages, tell_once_that_it_is_over_and_how_long_it_was) {
    outages all;
    static_cast<void>(all.trouble("claim", "gone", start));
    static_cast<void>(all.trouble("claim", "gone", start + seconds(2)));

    EXPECT_EQ(all.over("claim", start + seconds(3)), seconds(3));
    EXPECT_EQ(all.over("claim", start + seconds(4)), std::nullopt);
}

TEST(outages, say_nothing_where_there_was_no_trouble) {
    EXPECT_EQ(outages().over("claim", start), std::nullopt);
}

TEST(outages, that_come_and_go_fill_no_log) {
    outages all;
    static_cast<void>(all.trouble("claim", "gone", start));
    static_cast<void>(all.over("claim", start + seconds(1)));

    EXPECT_EQ(all.trouble("claim", "gone", start + seconds(2)), std::nullopt);
    EXPECT_EQ(all.over("claim", start + seconds(3)), std::nullopt) << "nothing was said of the second one";
    EXPECT_EQ(all.trouble("claim", "gone", start + seconds(10)), 2U);
}

TEST(outages, make_unready_until_they_are_over) {
    outages all;
    EXPECT_EQ(all.unready(), std::nullopt);

    static_cast<void>(all.trouble("record", "permission denied", start));
    EXPECT_EQ(all.unready(), "the database does not answer (record): permission denied");

    static_cast<void>(all.over("record", start));
    EXPECT_EQ(all.unready(), std::nullopt);
}

TEST(outages, of_notifications_alone_leave_ready) {
    outages all;

    static_cast<void>(all.trouble("wakeup", "gone", start));

    EXPECT_EQ(all.unready(), std::nullopt);
}

TEST(outages, of_runs_alone_leave_ready) {
    outages all;

    static_cast<void>(all.trouble("runs", "the login lacks a privilege", start));

    EXPECT_EQ(all.unready(), std::nullopt);
}

TEST(outages, of_months_that_are_made_or_dropped_alone_leave_ready) {
    outages all;

    static_cast<void>(all.trouble("months", "a view depends on it", start));

    EXPECT_EQ(all.unready(), std::nullopt);
}

} // namespace
} // namespace contego::daemon
