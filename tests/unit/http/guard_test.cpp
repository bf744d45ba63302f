#include "guard_fixture.hpp"

namespace contego::http {
namespace {

TEST_F(guard_fixture, lets_exchanges_pass_while_the_endpoint_is_alive) {
    make(1);

    send();
    endpoints_[0]->end(ok());

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_FALSE(ended_[0].outage);
    EXPECT_EQ(guard_->now(), (admission{8, true}));
}

TEST_F(guard_fixture, admits_nothing_while_the_breaker_is_open) {
    make(1);
    kill();

    EXPECT_EQ(guard_->now(), (admission{0, false}));
    EXPECT_EQ(told_, lines{"endpoint-0 dead"});
    EXPECT_EQ(changes_, 1);
}

TEST_F(guard_fixture, an_exchange_sent_in_spite_of_it_comes_back_unsent) {
    make(1);
    kill();

    send();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_TRUE(ended_[0].outage);
}

TEST_F(guard_fixture, one_probe_passes_when_the_interval_is_over_with_a_hard_deadline) {
    make(1);
    kill();
    run_until([this] { return changes_ == 2; });
    EXPECT_EQ(guard_->now(), (admission{1, false}));

    send();

    EXPECT_EQ(guard_->now(), (admission{0, false}));
    EXPECT_LE(endpoints_[0]->deadlines.back(), steady_clock::now() + milliseconds(500));
}

TEST_F(guard_fixture, an_answered_probe_closes_the_breaker) {
    make(1);
    kill();
    run_until([this] { return guard_->now().exchanges == 1; });
    send();

    endpoints_[0]->end(ok());
    poll();

    EXPECT_EQ(guard_->now(), (admission{8, true}));
    EXPECT_EQ(told_, (lines{"endpoint-0 dead", "endpoint-0 alive"}));
}

TEST_F(guard_fixture, a_failed_probe_is_an_outage_and_another_request_is_the_next_probe) {
    make(1);
    kill();
    run_until([this] { return guard_->now().exchanges == 1; });
    send();

    endpoints_[0]->end(reset());
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_TRUE(ended_[0].outage);
    EXPECT_GE(ended_[0].set_aside, seconds(1));
    EXPECT_FALSE(ended_[0].unsent_probe);
    run_until([this] { return guard_->now().exchanges == 1; });
}

TEST_F(guard_fixture, a_probe_that_says_nothing_of_the_endpoint_is_followed_by_another_one) {
    make(1);
    kill();
    run_until([this] { return changes_ == 2; });
    send();
    boost::asio::steady_timer past_the_next_probe(network_, 2 * options_.breaker.probe_interval);
    bool passed = false;
    past_the_next_probe.async_wait([&](boost::system::error_code) { passed = true; });
    run_until([&] { return passed; });
    const auto before = changes_;
    EXPECT_EQ(guard_->now(), (admission{0, false}));

    endpoints_[0]->end(failed(exchange_state::not_sent, transport_error::exhausted));
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_FALSE(ended_[0].outage) << "the daemon had no free connection, which says nothing of the CAS";
    EXPECT_EQ(guard_->now(), (admission{1, false}));
    EXPECT_EQ(changes_, before + 1) << "the line is told that a probe may pass";
    EXPECT_EQ(told_, lines{"endpoint-0 dead"});
}

TEST_F(guard_fixture, a_probe_that_could_not_be_sent_leaves_its_request_to_others) {
    make(1);
    kill();
    run_until([this] { return guard_->now().exchanges == 1; });
    send();

    endpoints_[0]->end(refused_connection());
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_TRUE(ended_[0].outage);
    EXPECT_TRUE(ended_[0].unsent_probe);
    EXPECT_EQ(ended_[0].set_aside, seconds(0));
    run_until([this] { return guard_->now().exchanges == 1; });
}

TEST_F(guard_fixture, a_failure_is_the_command_s_own_when_a_later_exchange_is_answered) {
    make(1);
    send();
    endpoints_[0]->end(reset());
    EXPECT_TRUE(ended_.empty()) << "it is not clear yet";

    send();
    endpoints_[0]->end(ok());
    poll();

    ASSERT_EQ(ended_.size(), 2U);
    EXPECT_EQ(ended_[1].state, exchange_state::sent_no_answer);
    EXPECT_FALSE(ended_[1].outage);
}

TEST_F(guard_fixture, an_answer_to_an_exchange_that_began_before_the_failure_proves_nothing) {
    make(1);
    send();
    send();
    endpoints_[0]->end(reset());

    endpoints_[0]->end(ok());
    poll();

    EXPECT_EQ(ended_.size(), 1U) << "the failure is still open";
}

TEST_F(guard_fixture, failures_are_outages_when_the_breaker_opens) {
    make(1);
    send();
    endpoints_[0]->end(reset());

    for (int n = 0; n < 2; ++n) {
        send();
        endpoints_[0]->end(refused_connection());
    }
    poll();

    ASSERT_EQ(ended_.size(), 3U);
    for (const auto& e : ended_)
        EXPECT_TRUE(e.outage);
}

TEST_F(guard_fixture, a_failure_that_stays_unexplained_is_an_outage_after_the_interval) {
    make(1);
    send();
    endpoints_[0]->end(reset());

    run_until([this] { return ended_.size() == 1; });

    EXPECT_TRUE(ended_[0].outage);
}

TEST_F(guard_fixture, business_answers_and_faults_never_open_the_breaker) {
    make(1);
    auto e = ok();
    e.http_status = 500;

    for (int n = 0; n < 100; ++n) {
        send();
        endpoints_[0]->end(e);
    }

    EXPECT_EQ(guard_->now(), (admission{8, true}));
}

} // namespace
} // namespace contego::http
