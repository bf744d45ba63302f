#include "daemon/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

using ::testing::HasSubstr;

TEST(metrics, show_what_is_known_in_advance_as_zero) {
    const metrics m("1.2.3", {"default"});

    EXPECT_THAT(m.text(), HasSubstr("contego_build_info{version=\"1.2.3\"} 1"));
    EXPECT_THAT(m.text(), HasSubstr("contego_claimed_total{provider=\"default\"} 0"));
    EXPECT_THAT(m.text(), HasSubstr("contego_backlog_requests{progress=\"HELD\",provider=\"default\"} 0"));
    EXPECT_THAT(m.text(),
                HasSubstr("contego_requests_decided_total{disposition=\"complete\",provider=\"default\"} 0"));
}

TEST(metrics, count_what_happened) {
    metrics m("1", {"default"});

    m.claimed("default", 3);
    m.exchanged("default", command_type::add_subscriptions, outcome::success, 0.003);
    m.decided("default", disposition::complete, 0.02);

    EXPECT_THAT(m.text(), HasSubstr("contego_claimed_total{provider=\"default\"} 3"));
    EXPECT_THAT(m.text(),
                HasSubstr("contego_exchanges_total{command=\"ADD_SUBSCRIPTIONS\",outcome=\"success\","
                          "provider=\"default\"} 1"));
    EXPECT_THAT(m.text(), HasSubstr("contego_request_duration_seconds_count{provider=\"default\"} 1"));
}

TEST(metrics, forget_a_backlog_that_is_gone) {
    metrics m("1", {"default"});
    m.queue({{"default", "QUEUED", 5, 12.5}});
    EXPECT_THAT(m.text(), HasSubstr("contego_backlog_requests{progress=\"QUEUED\",provider=\"default\"} 5"));
    EXPECT_THAT(m.text(),
                HasSubstr("contego_oldest_due_age_seconds{progress=\"QUEUED\",provider=\"default\"} 12.5"));

    m.queue({});

    EXPECT_THAT(m.text(), HasSubstr("contego_backlog_requests{progress=\"QUEUED\",provider=\"default\"} 0"));
}

} // namespace
} // namespace contego::daemon
