#include "telemetry/endpoint_outages.hpp"

#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

using std::chrono::seconds;

const endpoint_outages::time_point start{};

TEST(endpoint_outages, are_to_be_written_until_they_were) {
    endpoint_outages all;
    all.begin("default", "http://a", "refused", start);

    const auto due = all.changed(start + seconds(1));
    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].endpoint, "http://a");
    EXPECT_EQ(due[0].reason, "refused");
    EXPECT_EQ(due[0].to, std::nullopt);
    EXPECT_EQ(all.changed(start + seconds(2)).size(), 1U) << "the database did not answer";

    all.written(due[0], start + seconds(2));
    EXPECT_TRUE(all.changed(start + seconds(3)).empty());
    EXPECT_EQ(all.changed(start + seconds(32)).size(), 1U) << "it goes on";
}

TEST(endpoint_outages, have_an_end_and_the_requests_that_they_hit) {
    endpoint_outages all;
    all.hit("default", 6); // before any outage
    all.begin("default", "http://a", "refused", start);
    all.hit("default", 7);
    all.hit("default", 7);
    all.hit("other", 8);
    all.written(all.changed(start)[0], start);
    all.hit("default", 9);
    all.end("default", "http://a", start + seconds(5));

    const auto due = all.changed(start + seconds(6));

    ASSERT_EQ(due.size(), 1U);
    EXPECT_EQ(due[0].to, start + seconds(5));
    EXPECT_EQ(due[0].requests, std::vector<std::int64_t>{9}) << "7 was written";
}

TEST(endpoint_outages, keep_changes_that_came_while_they_were_written) {
    endpoint_outages all;
    all.begin("default", "http://a", "refused", start);
    const auto due = all.changed(start);
    all.hit("default", 7);
    all.end("default", "http://a", start + seconds(1));

    all.written(due[0], start + seconds(2));

    const auto rest = all.changed(start + seconds(2));
    ASSERT_EQ(rest.size(), 1U);
    EXPECT_EQ(rest[0].requests, std::vector<std::int64_t>{7});
    EXPECT_EQ(rest[0].to, start + seconds(1));
}

TEST(endpoint_outages, go_on_if_the_endpoint_fails_again_within_a_minute) {
    endpoint_outages all;
    all.begin("default", "http://a", "refused", start);
    const auto first = all.changed(start)[0].id;
    all.end("default", "http://a", start + seconds(5));
    all.begin("default", "http://a", "closed", start + seconds(64));

    ASSERT_EQ(all.changed(start + seconds(64)).size(), 1U);
    EXPECT_EQ(all.changed(start + seconds(64))[0].id, first);
    EXPECT_EQ(all.changed(start + seconds(64))[0].to, std::nullopt);

    all.end("default", "http://a", start + seconds(65));
    all.begin("default", "http://a", "closed", start + seconds(125));
    EXPECT_EQ(all.changed(start + seconds(125)).size(), 2U) << "a minute later it is another outage";
}

TEST(endpoint_outages, are_bounded) {
    endpoint_outages all;
    for (int n = 0; n < 1'500; ++n)
        all.begin("default", "http://" + std::to_string(n), "refused", start);
    for (std::int64_t id = 0; id < 12'000; ++id)
        all.hit("default", id);

    const auto due = all.changed(start);

    EXPECT_EQ(due.size(), 1'000U);
    EXPECT_EQ(due.back().requests.size(), 10'000U);
}

} // namespace
} // namespace contego::daemon
