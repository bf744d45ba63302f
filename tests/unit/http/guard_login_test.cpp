#include "guard_fixture.hpp"

// Logins: what their results do to the breaker, and envelopes that belong to one endpoint.
namespace contego::http {
namespace {

class guard_login : public guard_fixture {
protected:
    void send_to(std::size_t endpoint, bool is_login = false) {
        envelope e;
        e.path = is_login ? "/login" : "/x";
        e.endpoint = endpoint;
        e.is_login = is_login;
        test::begin_exchange(network_.get_executor(),
                             *guard_,
                             std::move(e),
                             steady_clock::now() + seconds(30),
                             [this](exchange out) { ended_.push_back(std::move(out)); });
        poll();
    }

    void wait_for_probe() {
        run_until([this] { return guard_->now().exchanges > 0; });
    }
};

TEST_F(guard_login, a_refused_login_closes_the_way_to_the_endpoint_for_the_given_time) {
    make(1);
    send_to(0, true);
    endpoints_[0]->end(ok());
    const auto refused = steady_clock::now();

    guard_->refuse_login(0, milliseconds(200), "wrong password");
    poll();

    EXPECT_EQ(guard_->now(), (admission{0, false}));
    EXPECT_EQ(guard_->next_endpoint(), std::nullopt);
    EXPECT_EQ(told_, lines{"endpoint-0 dead"});
    wait_for_probe();
    EXPECT_GE(steady_clock::now() - refused, milliseconds(200));
    EXPECT_EQ(guard_->now(), (admission{1, false}));
    EXPECT_EQ(guard_->next_endpoint(), 0U);
}

TEST_F(guard_login, the_answer_to_a_login_alone_does_not_open_the_way) {
    make(1);
    guard_->refuse_login(0, milliseconds(0), "wrong password");
    wait_for_probe();

    send_to(0, true);
    endpoints_[0]->end(ok());
    poll();

    EXPECT_EQ(guard_->now(), (admission{0, false}));
    EXPECT_EQ(told_, lines{"endpoint-0 dead"});
    guard_->accept_login(0);
    EXPECT_EQ(guard_->now(), (admission{8, true}));
    EXPECT_EQ(told_, (lines{"endpoint-0 dead", "endpoint-0 alive"}));
}

TEST_F(guard_login, a_login_that_is_refused_again_as_a_probe_is_told_once) {
    make(1);
    guard_->refuse_login(0, milliseconds(0), "wrong password");
    wait_for_probe();

    send_to(0, true);
    endpoints_[0]->end(ok());
    guard_->refuse_login(0, milliseconds(0), "wrong password");

    EXPECT_EQ(told_, lines{"endpoint-0 dead"});
    wait_for_probe();
}

TEST_F(guard_login, an_answer_that_was_on_its_way_does_not_open_the_way_after_a_refusal) {
    make(1);
    send();

    guard_->refuse_login(0, seconds(20), "wrong password");
    endpoints_[0]->end(ok());
    poll();

    EXPECT_EQ(guard_->now(), (admission{0, false}));
}

TEST_F(guard_login, after_a_refusal_the_standby_is_next) {
    make(2);

    guard_->refuse_login(0, seconds(20), "wrong password");

    EXPECT_EQ(guard_->next_endpoint(), 1U);
    EXPECT_EQ(guard_->now(), (admission{8, true}));
}

TEST_F(guard_login, an_envelope_of_another_endpoint_is_not_sent) {
    make(2);
    guard_->refuse_login(0, seconds(20), "wrong password");

    send_to(0);

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_TRUE(ended_[0].moved);
    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_TRUE(endpoints_[0]->paths.empty());
    EXPECT_TRUE(endpoints_[1]->paths.empty());
}

TEST_F(guard_login, a_probe_that_belongs_to_a_dead_endpoint_is_not_sent_to_the_standby) {
    make(2);
    kill(0);
    run_until([this] { return guard_->next_endpoint() == 0U; });

    send_to(0);
    endpoints_[0]->end(refused_connection());
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_TRUE(ended_[0].moved);
    EXPECT_TRUE(endpoints_[1]->paths.empty());
}

TEST_F(guard_login, a_login_that_ends_after_the_guard_was_closed_is_harmless) {
    make(1);
    send_to(0, true);
    guard_->cancel_all();
    poll();

    guard_->refuse_login(0, seconds(1), "x");
    guard_->accept_login(0);

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_TRUE(ended_[0].outage);
    EXPECT_EQ(guard_->next_endpoint(), std::nullopt);
}

} // namespace
} // namespace contego::http
