#pragma once

#include "support/begin_exchange.hpp"
#include <contego/transport.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

// What the role `sends` promises, asked of whoever plays it: the HTTP client against a real socket, and the
// CAS in memory that the line's tests run on. A program that includes this file names its players with
// INSTANTIATE_TEST_SUITE_P.
//
// That nobody listens is something that the one in memory is told; asked of it, the question is only whether
// it can say so.
namespace contego::testing {

/// What stands at the other end.
enum class far_end {
    answers, ///< `<answer/>` with HTTP 200 as text/xml, to everything
    refuses, ///< nobody listens there
    silent,  ///< takes the request and says nothing
};

/// An endpoint whose network thread is the test's own.
class sends_player {
public:
    sends_player() = default;
    sends_player(const sends_player&) = delete;
    sends_player& operator=(const sends_player&) = delete;
    virtual ~sends_player() = default;

    virtual transport& endpoint() = 0;

    boost::asio::io_context network{1};
};

struct sends_factory {
    const char* name;
    std::function<std::unique_ptr<sends_player>(far_end)> make;
};

inline std::ostream& operator<<(std::ostream& out, const sends_factory& f) {
    return out << f.name;
}

class sends_contract : public ::testing::TestWithParam<sends_factory> {
protected:
    using clock = std::chrono::steady_clock;
    static constexpr auto long_enough = std::chrono::seconds(60);

    void against(far_end what) { player_ = GetParam().make(what); }

    /// Posts; what comes of it is appended to `ended_`.
    void send(clock::time_point deadline) {
        begin_exchange(player_->network.get_executor(),
                       player_->endpoint(),
                       {"/service", "text/xml; charset=utf-8", "", "<request/>"},
                       deadline,
                       [this](exchange e) { ended_.push_back(std::move(e)); });
    }

    /// Lets the network work until so many have ended.
    void run_until_ended(std::size_t count) {
        const auto limit = clock::now() + long_enough;
        while (ended_.size() < count && clock::now() < limit) {
            player_->network.restart();
            player_->network.run_one_for(std::chrono::milliseconds(10));
        }
        ASSERT_GE(ended_.size(), count) << "waited for in vain";
    }

    /// Lets the network do all that it can do at once.
    void run_what_is_left() {
        player_->network.restart();
        player_->network.poll();
    }

    std::unique_ptr<sends_player> player_;
    std::vector<exchange> ended_;
};

TEST_P(sends_contract, an_answer_arrives_once_with_its_status_and_its_body) {
    against(far_end::answers);

    send(clock::now() + long_enough);
    run_until_ended(1);
    run_what_is_left();

    ASSERT_EQ(ended_.size(), 1U);
    EXPECT_EQ(ended_[0].state, exchange_state::answered) << ended_[0].detail;
    EXPECT_EQ(ended_[0].error, transport_error::none);
    EXPECT_EQ(ended_[0].detail, "");
    EXPECT_EQ(ended_[0].http_status, 200);
    EXPECT_EQ(ended_[0].content_type, "text/xml");
    EXPECT_EQ(ended_[0].body, "<answer/>");
}

TEST_P(sends_contract, it_returns_also_if_the_deadline_is_over_or_near) {
    for (const auto what : {far_end::answers, far_end::refuses, far_end::silent}) {
        against(what);
        ended_.clear();

        send(clock::now() - std::chrono::seconds(1));
        send(clock::now() + std::chrono::milliseconds(1));

        run_until_ended(2);
    }
}

TEST_P(sends_contract, it_comes_back_on_the_network_thread) {
    against(far_end::answers);
    std::thread::id came_back_on;
    begin_exchange(player_->network.get_executor(),
                   player_->endpoint(),
                   {"/service", "text/xml", "", "<request/>"},
                   clock::now() + long_enough,
                   [&](const exchange& /*e*/) {
                       came_back_on = std::this_thread::get_id();
                       ended_.emplace_back();
                   });

    run_until_ended(1);

    EXPECT_EQ(came_back_on, std::this_thread::get_id());
}

TEST_P(sends_contract, where_nobody_listens_nothing_was_sent) {
    against(far_end::refuses);

    send(clock::now() + long_enough);
    run_until_ended(1);

    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_EQ(ended_[0].error, transport_error::connect);
    EXPECT_NE(ended_[0].detail, "");
    EXPECT_EQ(ended_[0].http_status, 0);
}

TEST_P(sends_contract, after_the_deadline_nothing_is_sent) {
    against(far_end::answers);

    send(clock::now() - std::chrono::seconds(1));
    run_until_ended(1);

    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_NE(ended_[0].error, transport_error::none);
}

TEST_P(sends_contract, a_silent_server_ends_with_the_deadline_and_without_an_answer) {
    against(far_end::silent);
    auto deadline = clock::now();
    // On a busy machine the deadline may pass before anything was sent: then there is more time.
    for (auto patience = std::chrono::milliseconds(100);
         ended_.empty() || ended_.back().state == exchange_state::not_sent;
         patience *= 2) {
        ASSERT_LT(patience, long_enough);
        deadline = clock::now() + patience;
        send(deadline);
        run_until_ended(ended_.size() + 1);
    }

    EXPECT_GE(clock::now(), deadline);
    EXPECT_EQ(ended_.back().state, exchange_state::sent_no_answer);
    EXPECT_EQ(ended_.back().error, transport_error::timeout);
    EXPECT_NE(ended_.back().detail, "");
    EXPECT_EQ(ended_.back().http_status, 0);
}

TEST_P(sends_contract, many_at_once_all_end_once) {
    constexpr std::size_t many = 200;
    against(far_end::answers);

    for (std::size_t n = 0; n < many; ++n)
        send(clock::now() + long_enough);
    run_until_ended(many);
    run_what_is_left();

    EXPECT_EQ(ended_.size(), many);
    for (const auto& e : ended_)
        EXPECT_EQ(e.state, exchange_state::answered) << e.detail;
}

TEST_P(sends_contract, an_exchange_may_be_followed_by_another_at_once) {
    against(far_end::answers);
    begin_exchange(player_->network.get_executor(),
                   player_->endpoint(),
                   {"/service", "text/xml", "", "<request/>"},
                   clock::now() + long_enough,
                   [&](exchange e) {
                       ended_.push_back(std::move(e));
                       send(clock::now() + long_enough);
                   });

    run_until_ended(2);

    EXPECT_EQ(ended_[0].state, exchange_state::answered);
    EXPECT_EQ(ended_[1].state, exchange_state::answered);
}

} // namespace contego::testing
