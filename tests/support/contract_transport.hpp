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

// The contract of the role `transport`. It is tested with the HTTP client on a real socket, and with the CAS
// in memory that the tests of the line use. A program that includes this file names its players with
// INSTANTIATE_TEST_SUITE_P.
//
// The CAS in memory is told to refuse connections; for it, the test only checks that it can report this.
namespace contego::testing {

/// The behaviour of the other end.
enum class far_end {
    answers, ///< `<answer/>` with HTTP 200 as text/xml, to everything
    refuses, ///< refuses connections
    silent,  ///< accepts the request and sends nothing
};

/// An endpoint whose network thread is that of the test.
class transport_player {
public:
    transport_player() = default;
    transport_player(const transport_player&) = delete;
    transport_player& operator=(const transport_player&) = delete;
    virtual ~transport_player() = default;

    virtual transport& endpoint() = 0;

    boost::asio::io_context network{1};
};

struct transport_factory {
    const char* name;
    std::function<std::unique_ptr<transport_player>(far_end)> make;
};

inline std::ostream& operator<<(std::ostream& out, const transport_factory& f) {
    return out << f.name;
}

class transport_contract : public ::testing::TestWithParam<transport_factory> {
protected:
    using clock = std::chrono::steady_clock;
    static constexpr auto long_enough = std::chrono::seconds(60);

    void against(far_end what) { player_ = GetParam().make(what); }

    /// Posts an envelope. The exchange is appended to `ended_`.
    void send(clock::time_point deadline) {
        test::begin_exchange(player_->network.get_executor(),
                             player_->endpoint(),
                             {"/service", "text/xml; charset=utf-8", "", "<request/>"},
                             deadline,
                             [this](exchange e) { ended_.push_back(std::move(e)); });
    }

    /// Runs the network until `count` exchanges have ended.
    void run_until_ended(std::size_t count) {
        const auto limit = clock::now() + long_enough;
        while (ended_.size() < count && clock::now() < limit) {
            player_->network.restart();
            player_->network.run_one_for(std::chrono::milliseconds(10));
        }
        ASSERT_GE(ended_.size(), count) << "not all exchanges ended";
    }

    /// Runs everything on the network that is ready.
    void run_what_is_left() {
        player_->network.restart();
        player_->network.poll();
    }

    std::unique_ptr<transport_player> player_;
    std::vector<exchange> ended_;
};

TEST_P(transport_contract, an_answer_arrives_once_with_its_status_and_its_body) {
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

TEST_P(transport_contract, it_returns_also_if_the_deadline_is_over_or_near) {
    for (const auto what : {far_end::answers, far_end::refuses, far_end::silent}) {
        against(what);
        ended_.clear();

        send(clock::now() - std::chrono::seconds(1));
        send(clock::now() + std::chrono::milliseconds(1));

        run_until_ended(2);
    }
}

TEST_P(transport_contract, it_returns_on_the_network_thread) {
    against(far_end::answers);
    std::thread::id came_back_on;
    test::begin_exchange(player_->network.get_executor(),
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

TEST_P(transport_contract, nothing_is_sent_to_a_closed_port) {
    against(far_end::refuses);

    send(clock::now() + long_enough);
    run_until_ended(1);

    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_EQ(ended_[0].error, transport_error::connect);
    EXPECT_NE(ended_[0].detail, "");
    EXPECT_EQ(ended_[0].http_status, 0);
}

TEST_P(transport_contract, after_the_deadline_nothing_is_sent) {
    against(far_end::answers);

    send(clock::now() - std::chrono::seconds(1));
    run_until_ended(1);

    EXPECT_EQ(ended_[0].state, exchange_state::not_sent);
    EXPECT_NE(ended_[0].error, transport_error::none);
}

TEST_P(transport_contract, a_silent_server_ends_with_the_deadline_and_without_an_answer) {
    against(far_end::silent);
    auto deadline = clock::now();
    // On a busy machine the deadline may pass before anything was sent. Then the test allows more time.
    for (auto allowed = std::chrono::milliseconds(100);
         ended_.empty() || ended_.back().state == exchange_state::not_sent;
         allowed *= 2) {
        ASSERT_LT(allowed, long_enough);
        deadline = clock::now() + allowed;
        send(deadline);
        run_until_ended(ended_.size() + 1);
    }

    EXPECT_GE(clock::now(), deadline);
    EXPECT_EQ(ended_.back().state, exchange_state::sent_no_answer);
    EXPECT_EQ(ended_.back().error, transport_error::timeout);
    EXPECT_NE(ended_.back().detail, "");
    EXPECT_EQ(ended_.back().http_status, 0);
}

TEST_P(transport_contract, many_at_once_all_end_once) {
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

TEST_P(transport_contract, an_exchange_may_be_followed_by_another_at_once) {
    against(far_end::answers);
    test::begin_exchange(player_->network.get_executor(),
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
