#pragma once

#include "http/guard.hpp"
#include "support/begin_exchange.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>

namespace contego::http {
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

inline exchange ok() {
    exchange e;
    e.state = exchange_state::answered;
    e.http_status = 200;
    return e;
}

inline exchange failed(exchange_state state, transport_error error) {
    exchange e;
    e.state = state;
    e.error = error;
    return e;
}

inline exchange refused_connection() {
    return failed(exchange_state::not_sent, transport_error::connect);
}

inline exchange reset() {
    return failed(exchange_state::sent_no_answer, transport_error::closed);
}

/// An endpoint that keeps every exchange until the test ends it.
class held_endpoint final : public transport {
public:
    explicit held_endpoint(boost::asio::io_context& network) : network_(network) {}

    held_endpoint(const held_endpoint&) = delete;
    held_endpoint& operator=(const held_endpoint&) = delete;

    ~held_endpoint() override {
        for (const auto& h : waiting)
            h->ended.cancel();
    }

    boost::asio::awaitable<exchange> send(envelope e, steady_clock::time_point deadline) override {
        paths.push_back(e.path);
        deadlines.push_back(deadline);
        const auto h = std::make_shared<held>(network_);
        waiting.push_back(h);
        boost::system::error_code ignored;
        co_await h->ended.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
        co_return std::move(h->out);
    }

    /// Ends the exchange that waited longest.
    void end(exchange e) {
        const auto h = waiting.front();
        waiting.pop_front();
        h->out = std::move(e);
        h->ended.cancel();
        network_.restart();
        network_.poll();
    }

    struct held {
        explicit held(boost::asio::io_context& network) : ended(network, steady_clock::time_point::max()) {}

        exchange out;
        boost::asio::steady_timer ended;
    };

    std::vector<std::string> paths;
    std::vector<steady_clock::time_point> deadlines;
    std::deque<std::shared_ptr<held>> waiting;

private:
    boost::asio::io_context& network_;
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
            auto client = std::make_unique<held_endpoint>(network_);
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
        test::begin_exchange(network_.get_executor(),
                             *guard_,
                             std::move(e),
                             steady_clock::now() + seconds(30),
                             [this](exchange out) { ended_.push_back(std::move(out)); });
        poll();
    }

    void poll() {
        network_.restart();
        network_.poll();
    }

    /// Runs the network until `condition` holds.
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

} // namespace contego::http
