#include "telemetry/admin.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace contego::daemon {
namespace {

namespace asio = boost::asio;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A connection to the listener, such as a scraper makes.
class client {
public:
    explicit client(std::uint16_t port) : socket_(*io_) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }

    /// Returns whether the listener accepted the whole text. It may close the connection at any byte.
    client& says(const std::string& bytes) {
        boost::system::error_code gone;
        asio::write(socket_, asio::buffer(bytes), gone);
        return *this;
    }

    /// Returns the bytes that the listener sends until it closes the connection.
    std::string hears() {
        std::string all;
        boost::system::error_code closed;
        asio::read(socket_, asio::dynamic_buffer(all), closed);
        return all;
    }

private:
    std::unique_ptr<asio::io_context> io_ = std::make_unique<asio::io_context>();
    asio::ip::tcp::socket socket_;
};

class admin_fixture : public ::testing::Test {
protected:
    ~admin_fixture() override { network_.stop(); }

    void start() {
        asio::co_spawn(network_, admin_.run(), [](const std::exception_ptr& e) {
            if (e) std::rethrow_exception(e);
        });
        thread_ = std::jthread([this] { network_.run(); });
    }

    client connected() {
        if (!thread_.joinable()) start();
        return client(admin_.port());
    }

    std::string get(const std::string& target) {
        return connected().says("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").hears();
    }

    std::optional<std::string> why_not_; ///< set before the first connection
    asio::io_context network_{1};
    admin admin_{network_,
                 {.address = "127.0.0.1", .port = 0, .host_names = {}},
                 {[] { return std::string("contego_up 1\n"); }, [this] { return why_not_; }},
                 32};
    std::jthread thread_;
};

TEST_F(admin_fixture, shows_the_metrics_as_prometheus_reads_them) {
    const auto answer = get("/metrics");

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\nContent-Length: 13\r\n"));
    EXPECT_THAT(answer, EndsWith("\r\n\r\ncontego_up 1\n"));
}

TEST_F(admin_fixture, takes_no_notice_of_a_query) {
    EXPECT_THAT(get("/metrics?name=up"), EndsWith("contego_up 1\n"));
}

TEST_F(admin_fixture, is_ready_when_nothing_is_missing) {
    const auto answer = get("/readyz");

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nready\n"));
}

TEST_F(admin_fixture, says_why_it_is_not_ready) {
    why_not_ = "the database does not answer";

    const auto answer = get("/readyz");

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nthe database does not answer\n"));
}

TEST_F(admin_fixture, is_alive_even_when_it_is_not_ready) {
    why_not_ = "the database does not answer";

    const auto answer = get("/livez");

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(answer, EndsWith("\r\n\r\nalive\n"));
}

TEST_F(admin_fixture, knows_no_other_path) {
    for (const auto* target : {"/", "/metrics/", "/metricsz", "/../metrics", "*"})
        EXPECT_THAT(get(target), StartsWith("HTTP/1.1 404 ")) << target;
}

TEST_F(admin_fixture, knows_no_other_method) {
    for (const std::string method : {"POST", "PUT", "DELETE", "HEAD", "BREW"})
        EXPECT_THAT(connected().says(method + " /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n").hears(),
                    StartsWith("HTTP/1.1 405 "))
            << method;
}

TEST_F(admin_fixture, reads_a_request_that_comes_in_pieces) {
    auto slow = connected();
    slow.says("GET /li");
    EXPECT_THAT(get("/livez"), EndsWith("alive\n"));

    slow.says("vez HTTP/1.0\r\n").says("\r\n");

    EXPECT_THAT(slow.hears(), EndsWith("alive\n"));
}

TEST_F(admin_fixture, closes_on_what_is_no_request_and_goes_on) {
    const std::string endless = "GET /metrics HTTP/1.1\r\nX: " + std::string(100'000, 'x');
    const std::string with_body = "GET /metrics HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody";
    for (const auto& bytes :
         {std::string("\x16\x03\x01\x00 what\0is this\r\n\r\n", 22), endless, with_body}) {
        EXPECT_EQ(connected().says(bytes).hears(), "") << bytes.substr(0, 30);

        EXPECT_THAT(get("/livez"), EndsWith("alive\n"));
    }
}

TEST_F(admin_fixture, serves_others_while_a_client_says_nothing) {
    auto silent = connected();
    auto half_way = connected();
    half_way.says("GET /metrics HTTP/1.1\r\nHost:");

    for (int n = 0; n < 20; ++n)
        EXPECT_THAT(get("/livez"), EndsWith("alive\n"));

    half_way.says(" localhost\r\n\r\n");
    EXPECT_THAT(half_way.hears(), EndsWith("contego_up 1\n"));
}

TEST_F(admin_fixture, goes_on_after_a_client_that_left_before_its_answer) {
    for (int n = 0; n < 20; ++n)
        connected().says("GET /metrics HTTP/1.1\r\n\r\n");

    EXPECT_THAT(get("/livez"), EndsWith("alive\n"));
}

TEST_F(admin_fixture, answers_no_host_but_its_own) {
    const auto get_from = [this](const std::string& headers) {
        return connected().says("GET /readyz HTTP/1.1\r\n" + headers + "\r\n").hears();
    };

    for (const auto* good : {"Host: localhost\r\n", "Host: 127.0.0.1:9464\r\n", "host: LOCALHOST:1\r\n", ""})
        EXPECT_THAT(get_from(good), StartsWith("HTTP/1.1 200 ")) << good;
    for (const auto* other :
         {"Host: attacker.example\r\n", "Host: 127.0.0.1.attacker.example\r\n", "Host:\r\n"})
        EXPECT_THAT(get_from(other), StartsWith("HTTP/1.1 421 ")) << other;
    EXPECT_THAT(get_from("Host: localhost\r\nHost: attacker.example\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(admin_fixture, closes_more_connections_than_it_may_have_and_answers_when_some_are_gone) {
    std::list<client> idle;
    for (int n = 0; n < 32; ++n)
        idle.push_back(connected());

    EXPECT_EQ(get("/livez"), "");
    idle.pop_front();
    while (get("/livez").empty()) // until the listener notices that a client is gone
        std::this_thread::yield();

    for (auto& one : idle)
        EXPECT_THAT(one.says("GET /livez HTTP/1.1\r\n\r\n").hears(), EndsWith("alive\n"));
}

TEST_F(admin_fixture, cuts_who_says_nothing_or_goes_on_for_ever) {
    auto silent = connected();
    auto endless = connected();
    endless.says("GET /metrics HTTP/1.1\r\nX: ");
    const auto begun = std::chrono::steady_clock::now();

    EXPECT_EQ(silent.hears(), "");
    EXPECT_EQ(endless.hears(), "");

    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(9));
}

TEST_F(admin_fixture, cuts_who_does_not_read_its_answer) {
    const std::string long_answer(50'000'000, 'x');
    admin single(network_,
                 {.address = "127.0.0.1", .port = 0, .host_names = {}},
                 {[&] { return long_answer; }, [] { return std::nullopt; }},
                 1);
    asio::co_spawn(network_, single.run(), asio::detached);
    start();
    client deaf(single.port());
    deaf.says("GET /metrics HTTP/1.1\r\n\r\n");
    const auto begun = std::chrono::steady_clock::now();

    // The listener has one place, which the silent client keeps until the time limit.
    while (client(single.port()).says("GET /livez HTTP/1.1\r\n\r\n").hears().empty() &&
           std::chrono::steady_clock::now() - begun < std::chrono::seconds(20))
        std::this_thread::yield();

    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(14));
    network_.stop();
    thread_.join();
}

TEST_F(admin_fixture, cannot_share_its_port) {
    EXPECT_THROW(admin(network_, {.address = "127.0.0.1", .port = admin_.port(), .host_names = {}}, {}, 32),
                 boost::system::system_error);
}

} // namespace
} // namespace contego::daemon
