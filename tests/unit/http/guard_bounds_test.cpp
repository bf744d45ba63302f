#include "guard_fixture.hpp"

namespace contego::http {
namespace {

TEST_F(guard_fixture, the_next_endpoint_takes_the_place_of_a_dead_one) {
    make(2);
    kill();

    send();

    EXPECT_EQ(endpoints_[1]->waiting.size(), 1U);
    EXPECT_EQ(guard_->now(), (admission{8, true}));
}

TEST_F(guard_fixture, a_probe_that_could_not_be_sent_goes_to_the_living_endpoint) {
    make(2);
    kill();
    run_until([this] {
        send("/probe");
        if (endpoints_[0]->waiting.empty()) endpoints_[1]->end(ok());
        return !endpoints_[0]->waiting.empty();
    });
    ended_.clear();

    endpoints_[0]->end(refused_connection());
    ASSERT_TRUE(ended_.empty());
    endpoints_[1]->end(ok());

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_EQ(ended_[0].state, exchange_state::answered);
}

TEST_F(guard_fixture, the_first_endpoint_takes_over_again_when_a_probe_is_answered) {
    make(2);
    kill();
    run_until([this] {
        send();
        if (endpoints_[0]->waiting.empty()) endpoints_[1]->end(ok());
        return !endpoints_[0]->waiting.empty();
    });

    endpoints_[0]->end(ok());
    send();

    EXPECT_EQ(endpoints_[0]->waiting.size(), 1U);
}

TEST_F(guard_fixture, a_probe_that_times_out_does_not_lower_the_limit) {
    make(1);
    kill();
    run_until([this] { return guard_->now().exchanges == 1; });
    send();
    endpoints_[0]->end(failed(exchange_state::sent_no_answer, transport_error::timeout));
    run_until([this] { return guard_->now().exchanges == 1; });
    send();

    endpoints_[0]->end(ok());
    poll();

    EXPECT_EQ(guard_->now(), (admission{8, true}));
}

TEST_F(guard_fixture, a_time_out_lowers_the_limit_and_answers_raise_it) {
    make(1);
    send();
    endpoints_[0]->end(failed(exchange_state::sent_no_answer, transport_error::timeout));
    EXPECT_EQ(guard_->now().exchanges, 6U);

    for (int n = 0; n < 100; ++n) {
        for (int k = 0; k < 4; ++k)
            send();
        for (int k = 0; k < 4; ++k)
            endpoints_[0]->end(ok());
    }

    EXPECT_EQ(guard_->now().exchanges, 8U);
}

TEST_F(guard_fixture, admits_no_more_than_the_new_share) {
    make(1);

    guard_->allow(3, 0);
    EXPECT_EQ(guard_->now(), (admission{3, true}));
    guard_->allow(0, 0);
    EXPECT_EQ(guard_->now(), (admission{0, true}));
    guard_->allow(5, 0);
    EXPECT_EQ(guard_->now(), (admission{5, true}));
}

TEST_F(guard_fixture, allows_no_probe_if_the_share_is_zero) {
    make(1);
    kill();
    run_until([this] { return guard_->now().exchanges == 1; });

    guard_->allow(0, 0);

    EXPECT_EQ(guard_->now(), (admission{0, false}));
}

TEST_F(guard_fixture, sends_nothing_after_cancel_all) {
    make(1);

    guard_->cancel_all();
    send();
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_TRUE(ended_[0].outage);
    EXPECT_EQ(guard_->now().exchanges, 0U);
}

TEST_F(guard_fixture, ends_open_exchanges_when_it_is_destroyed) {
    make(1);
    send();
    endpoints_[0]->end(reset());

    guard_.reset();
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_TRUE(ended_[0].outage);
}

} // namespace
} // namespace contego::http
