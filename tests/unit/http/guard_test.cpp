#include "http/guard.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <functional>

namespace contego::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

exchange ok() {
    exchange e;
    e.state = exchange_state::answered;
    e.http_status = 200;
    return e;
}

exchange failed(exchange_state state, transport_error error) {
    exchange e;
    e.state = state;
    e.error = error;
    return e;
}

exchange refused_connection() {
    return failed(exchange_state::not_sent, transport_error::connect);
}

exchange reset() {
    return failed(exchange_state::sent_no_answer, transport_error::closed);
}

/// An endpoint that keeps every exchange until the test says how it ends.
class held_endpoint final : public sends {
public:
    void send(envelope e, steady_clock::time_point deadline, done then) override {
        paths.push_back(e.path);
        deadlines.push_back(deadline);
        waiting.push_back(std::move(then));
    }

    /// Ends the one that waited longest.
    void end(exchange e) {
        auto then = std::move(waiting.front());
        waiting.pop_front();
        then(std::move(e));
    }

    std::vector<std::string> paths;
    std::vector<steady_clock::time_point> deadlines;
    std::deque<done> waiting;
};

class guard_fixture : public ::testing::Test {
protected:
    guard_fixture() {
        options_.in_flight = 8;
        options_.breaker = {3, milliseconds(50), milliseconds(500)};
    }

    void make(std::size_t endpoints) {
        std::vector<guarded_endpoint> all;
        for (std::size_t n = 0; n < endpoints; ++n) {
            auto client = std::make_unique<held_endpoint>();
            endpoints_.push_back(client.get());
            all.push_back({"endpoint-" + std::to_string(n), std::move(client)});
        }
        guard_ = make_guard(network_.get_executor(),
                            std::move(all),
                            options_,
                            [this](std::string_view name, bool open, std::string_view /*why*/) {
                                told_.push_back(std::string(name) + (open ? " dead" : " alive"));
                            });
        guard_->on_change([this] { ++changes_; });
    }

    void send(const std::string& path = "/x") {
        envelope e;
        e.path = path;
        guard_->send(std::move(e), steady_clock::now() + seconds(30), [this](exchange out) {
            ended_.push_back(std::move(out));
        });
    }

    void poll() {
        network_.restart();
        network_.poll();
    }

    /// Lets time pass until `condition` holds.
    void run_until(const std::function<bool()>& condition) {
        const auto deadline = steady_clock::now() + seconds(10);
        while (!condition() && steady_clock::now() < deadline) {
            network_.restart();
            network_.run_one_for(milliseconds(5));
        }
        EXPECT_TRUE(condition());
    }

    void kill(std::size_t endpoint = 0) {
        for (std::size_t n = 0; n < options_.breaker.failures; ++n) {
            send();
            endpoints_[endpoint]->end(refused_connection());
        }
        poll();
        ended_.clear();
    }

    boost::asio::io_context network_{1};
    guard_options options_;
    std::vector<held_endpoint*> endpoints_;
    std::unique_ptr<guard> guard_;
    std::vector<exchange> ended_;
    std::vector<std::string> told_;
    int changes_ = 0;
};

using lines = std::vector<std::string>;

TEST_F(guard_fixture, lets_exchanges_pass_while_the_endpoint_is_alive) {
    make(1);

    send();
    endpoints_[0]->end(ok());

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_FALSE(ended_[0].outage);
    EXPECT_EQ(guard_->now(), (admission{8, true}));
}

TEST_F(guard_fixture, admits_nothing_once_the_endpoint_is_taken_for_dead) {
    make(1);
    kill();

    EXPECT_EQ(guard_->now(), (admission{0, false}));
    EXPECT_EQ(told_, lines{"endpoint-0 dead"});
    EXPECT_EQ(changes_, 1);
}

TEST_F(guard_fixture, what_is_sent_all_the_same_comes_back_unsent) {
    make(1);
    kill();

    send();
    EXPECT_TRUE(ended_.empty()) << "never from inside send";
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_TRUE(ended_[0].outage);
}

TEST_F(guard_fixture, one_canary_passes_when_the_interval_is_over_with_a_hard_deadline) {
    make(1);
    kill();
    run_until([this] { return changes_ == 2; });
    EXPECT_EQ(guard_->now(), (admission{1, false}));

    send();

    EXPECT_EQ(guard_->now(), (admission{0, false}));
    EXPECT_LE(endpoints_[0]->deadlines.back(), steady_clock::now() + milliseconds(500));
}

TEST_F(guard_fixture, an_answered_canary_opens_the_way) {
    make(1);
    kill();
    run_until([this] { return guard_->now().exchanges == 1; });
    send();

    endpoints_[0]->end(ok());
    poll();

    EXPECT_EQ(guard_->now(), (admission{8, true}));
    EXPECT_EQ(told_, (lines{"endpoint-0 dead", "endpoint-0 alive"}));
}

TEST_F(guard_fixture, a_failed_canary_is_an_outage_and_lets_others_be_the_next) {
    make(1);
    kill();
    run_until([this] { return guard_->now().exchanges == 1; });
    send();

    endpoints_[0]->end(reset());
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_TRUE(ended_[0].outage);
    EXPECT_GE(ended_[0].retry_after, seconds(1));
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

TEST_F(guard_fixture, an_answer_to_what_was_sent_before_the_failure_proves_nothing) {
    make(1);
    send();
    send();
    endpoints_[0]->end(reset());

    endpoints_[0]->end(ok());
    poll();

    EXPECT_EQ(ended_.size(), 1U) << "the failure is still open";
}

TEST_F(guard_fixture, failures_are_outages_when_the_endpoint_is_found_dead) {
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

TEST_F(guard_fixture, a_failure_that_nobody_explains_is_an_outage_after_a_while) {
    make(1);
    send();
    endpoints_[0]->end(reset());

    run_until([this] { return ended_.size() == 1; });

    EXPECT_TRUE(ended_[0].outage);
}

TEST_F(guard_fixture, a_refusal_kills_at_once) {
    make(1);
    send();
    auto e = ok();
    e.http_status = 401;

    endpoints_[0]->end(e);

    EXPECT_EQ(guard_->now().exchanges, 0U);
    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_TRUE(ended_[0].outage);
}

TEST_F(guard_fixture, business_answers_and_faults_never_kill) {
    make(1);
    auto e = ok();
    e.http_status = 500;

    for (int n = 0; n < 100; ++n) {
        send();
        endpoints_[0]->end(e);
    }

    EXPECT_EQ(guard_->now(), (admission{8, true}));
}

TEST_F(guard_fixture, the_next_endpoint_takes_the_place_of_a_dead_one) {
    make(2);
    kill();

    send();

    EXPECT_EQ(endpoints_[1]->waiting.size(), 1U);
    EXPECT_EQ(guard_->now(), (admission{8, true}));
}

TEST_F(guard_fixture, a_canary_that_could_not_be_sent_goes_to_the_living_endpoint) {
    make(2);
    kill();
    run_until([this] {
        send("/canary");
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

TEST_F(guard_fixture, the_first_endpoint_takes_over_again_when_a_canary_is_answered) {
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

TEST_F(guard_fixture, a_canary_that_times_out_does_not_lower_the_limit) {
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

TEST_F(guard_fixture, admits_no_more_than_is_allowed_from_now_on) {
    make(1);

    guard_->allow(3, 0);
    EXPECT_EQ(guard_->now(), (admission{3, true}));
    guard_->allow(0, 0);
    EXPECT_EQ(guard_->now(), (admission{0, true}));
    guard_->allow(5, 0);
    EXPECT_EQ(guard_->now(), (admission{5, true}));
}

TEST_F(guard_fixture, where_nothing_is_allowed_no_canary_is_either) {
    make(1);
    kill();
    run_until([this] { return guard_->now().exchanges == 1; });

    guard_->allow(0, 0);

    EXPECT_EQ(guard_->now(), (admission{0, false}));
}

TEST_F(guard_fixture, abandoned_sends_nothing_any_more) {
    make(1);

    guard_->abandon();
    send();
    poll();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_TRUE(ended_[0].outage);
    EXPECT_EQ(guard_->now().exchanges, 0U);
}

TEST_F(guard_fixture, ends_what_is_open_when_it_is_destroyed) {
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
