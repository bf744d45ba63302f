#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace contego::daemon {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

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

TEST(metrics, count_each_end_under_its_own_name) {
    metrics m("1", {"default"});
    using enum disposition;
    double so_often = 0;
    for (const auto d : {complete, reject, retry, hold, release}) {
        ++so_often;
        for (double n = 0; n < so_often; ++n)
            m.decided("default", d, 0.02);
    }

    for (const auto* const expected : {"complete\",provider=\"default\"} 1\n",
                                       "reject\",provider=\"default\"} 2\n",
                                       "retry\",provider=\"default\"} 3\n",
                                       "hold\",provider=\"default\"} 4\n",
                                       "release\",provider=\"default\"} 5\n"})
        EXPECT_THAT(m.text(),
                    HasSubstr(std::string("contego_requests_decided_total{disposition=\"") + expected));
    EXPECT_THAT(m.text(), HasSubstr("contego_request_duration_seconds_count{provider=\"default\"} 3\n"))
        << "completed and rejected ones are at their end";
}

TEST(metrics, count_providers_commands_and_outcomes_apart) {
    metrics m("1", {"one", "other"});
    m.exchanged("one", command_type::create_pairing, outcome::success, 0.003);
    m.exchanged("one", command_type::create_pairing, outcome::success, 0.003);
    m.exchanged("one", command_type::create_pairing, outcome::hold, 0.003);
    m.exchanged("one", command_type::display_fingerprint, outcome::success, 0.003);
    m.exchanged("other", command_type::create_pairing, outcome::success, 0.003);

    const auto text = m.text();
    for (const auto* const expected :
         {"contego_exchanges_total{command=\"CREATE_PAIRING\",outcome=\"success\",provider=\"one\"} 2\n",
          "contego_exchanges_total{command=\"CREATE_PAIRING\",outcome=\"hold\",provider=\"one\"} 1\n",
          "contego_exchanges_total{command=\"DISPLAY_FINGERPRINT\",outcome=\"success\",provider=\"one\"} 1\n",
          "contego_exchanges_total{command=\"CREATE_PAIRING\",outcome=\"success\",provider=\"other\"} 1\n",
          "contego_exchange_duration_seconds_count{command=\"CREATE_PAIRING\",provider=\"one\"} 3\n"})
        EXPECT_THAT(text, HasSubstr(expected));
    EXPECT_THAT(text, Not(HasSubstr("GET_ACTIVE_SUBSCRIPTIONS"))) << "what never happened has no series";
}

TEST(metrics, tell_what_is_held_last) {
    metrics m("1", {"default"});
    m.holds("default", 1, 2, 3);
    m.holds("default", 4, 5, 6);

    for (const auto* const expected :
         {"stage=\"waiting\"} 4\n", "stage=\"sending\"} 5\n", "stage=\"recording\"} 6\n"})
        EXPECT_THAT(m.text(),
                    HasSubstr(std::string("contego_held_requests{provider=\"default\",") + expected));
}

TEST(metrics, forget_drift_that_is_settled) {
    metrics m("1", {"default"});
    queue::run_stats figures;
    figures.drift = {{"default", "missing", 5}, {"no such provider", "missing", 2}};
    m.runs(figures);
    EXPECT_THAT(m.text(), HasSubstr("contego_drift_differences{kind=\"missing\",provider=\"default\"} 5"));
    EXPECT_THAT(m.text(), HasSubstr("contego_drift_differences{kind=\"missing\",provider=\"(unknown)\"} 2"));

    m.runs({});

    EXPECT_THAT(m.text(), HasSubstr("contego_drift_differences{kind=\"missing\",provider=\"default\"} 0"));
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

TEST(metrics, show_the_runs_that_have_not_ended) {
    metrics m("1", {});
    EXPECT_THAT(m.text(), HasSubstr("contego_open_runs{state=\"PAUSED_ITSELF\"} 0\n"));

    m.runs(
        {.running = 1, .paused = 2, .paused_itself = 3, .cards_waiting = 4, .cards_failed = 5, .drift = {}});

    for (const auto* const expected : {"open_runs{state=\"RUNNING\"} 1\n",
                                       "open_runs{state=\"PAUSED\"} 2\n",
                                       "open_runs{state=\"PAUSED_ITSELF\"} 3\n",
                                       "run_cards{state=\"waiting\"} 4\n",
                                       "run_cards{state=\"failed\"} 5\n"})
        EXPECT_THAT(m.text(), HasSubstr(std::string("contego_") + expected));
}

TEST(metrics, count_providers_that_are_not_configured_together) {
    metrics m("1", {"default"});
    const auto before = m.text().size();
    std::vector<queue::provider_stats> invented;
    for (int n = 0; n < 10'000; ++n)
        invented.push_back({"invented-" + std::to_string(n), "QUEUED", 2, static_cast<double>(n)});

    m.queue(invented);
    for (const auto& f : invented) {
        m.claimed(f.provider, 1);
        m.exchanged(f.provider, command_type::create_pairing, outcome::success, 0.003);
        m.decided(f.provider, disposition::complete, 0.02);
        m.holds(f.provider, 1, 2, 3);
        m.endpoint_changed(f.provider, "http://cas", true);
    }

    const auto text = m.text();
    EXPECT_LT(text.size(), before + 8'000);
    EXPECT_THAT(text, Not(HasSubstr("invented")));
    EXPECT_THAT(text,
                HasSubstr("contego_backlog_requests{progress=\"QUEUED\",provider=\"(unknown)\"} 20000\n"));
    EXPECT_THAT(
        text, HasSubstr("contego_oldest_due_age_seconds{progress=\"QUEUED\",provider=\"(unknown)\"} 9999\n"));
    m.queue({});
    EXPECT_THAT(m.text(),
                HasSubstr("contego_backlog_requests{progress=\"QUEUED\",provider=\"(unknown)\"} 0\n"));
}

} // namespace
} // namespace contego::daemon
