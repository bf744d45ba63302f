#pragma once

#include "http/endpoint_client.hpp"
#include "support/begin_exchange.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace contego {

// These show the values in a failure of GoogleTest.
inline std::ostream& operator<<(std::ostream& out, transport_error e) {
    return out << name_of(e);
}

inline std::ostream& operator<<(std::ostream& out, exchange_state s) {
    constexpr std::array names{"not_sent", "sent_no_answer", "answered"};
    return out << names.at(static_cast<std::size_t>(s));
}

} // namespace contego

namespace contego::http {

using namespace std::chrono_literals;

/// A client whose network thread is that of the test: it runs only inside `send` and `run_until`.
class client_fixture {
public:
    explicit client_fixture(endpoint_options options) {
        start(std::get<endpoint>(check(std::move(options))));
    }

    explicit client_fixture(const test::scripted_server& server) : client_fixture(patient(server)) {}

    explicit client_fixture(endpoint where) { start(std::move(where)); }

    /// Posts and waits for the exchange.
    exchange send(std::chrono::milliseconds timeout = 30s, envelope e = small()) {
        auto box = begin(timeout, std::move(e));
        run_until([&] { return !box->empty(); });
        return box->front();
    }

    /// Posts with a short deadline, and repeats with a longer one until a request was sent before the
    /// deadline. So a busy machine gets more time.
    exchange send_in_vain(const envelope& e = small()) {
        exchange x;
        for (auto timeout = 250ms; timeout < 20s && x.state == exchange_state::not_sent; timeout *= 2)
            x = send(timeout, e);
        return x;
    }

    /// Posts. The exchange appears in the box when it is over.
    std::shared_ptr<std::vector<exchange>> begin(std::chrono::milliseconds timeout = 30s,
                                                 envelope e = small()) {
        auto box = std::make_shared<std::vector<exchange>>();
        test::begin_exchange(io.get_executor(),
                             *client,
                             std::move(e),
                             std::chrono::steady_clock::now() + timeout,
                             [box](exchange x) { box->push_back(std::move(x)); });
        return box;
    }

    /// Runs the client until the condition holds, which a server may also bring about.
    template <typename Condition>
    void run_until(Condition condition) {
        const auto limit = std::chrono::steady_clock::now() + 60s;
        while (!condition()) {
            ASSERT_LT(std::chrono::steady_clock::now(), limit) << "the condition never held";
            io.restart();
            io.run_one_for(10ms);
        }
    }

    /// Returns options that keep connections alive even if the machine is busy.
    static endpoint_options patient(const test::scripted_server& server) {
        return {.url = server.url(), .idle_timeout = 10min};
    }

    static envelope small() { return {"/service", "text/xml; charset=utf-8", "", "<request/>"}; }

    static envelope large(std::size_t bytes) { return {"/service", "text/xml", "", std::string(bytes, 'x')}; }

    boost::asio::io_context io{1};
    std::unique_ptr<endpoint_client> client;

private:
    void start(endpoint where) { client = make_endpoint_client(io.get_executor(), std::move(where)); }
};

inline void expect_answered(const exchange& x, int status, const std::string& body) {
    EXPECT_EQ(x.state, exchange_state::answered) << x.detail;
    EXPECT_EQ(x.error, transport_error::none);
    EXPECT_EQ(x.detail, "");
    EXPECT_EQ(x.http_status, status);
    EXPECT_EQ(x.body, body);
}

inline void expect_failed(const exchange& x, exchange_state state, transport_error error) {
    EXPECT_EQ(x.state, state) << x.detail;
    EXPECT_EQ(x.error, error) << x.detail;
    EXPECT_NE(x.detail, "");
    EXPECT_EQ(x.http_status, 0);
}

} // namespace contego::http
