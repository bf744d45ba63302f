#include "daemon/admin.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <thread>

namespace contego::daemon {
namespace {

namespace asio = boost::asio;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// One connection to the listener, as a scraper would make it.
class client {
public:
    explicit client(std::uint16_t port) : socket_(io_) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }

    /// Whether all of it was taken: a listener that has had enough may close at any byte.
    client& says(const std::string& bytes) {
        boost::system::error_code gone;
        asio::write(socket_, asio::buffer(bytes), gone);
        return *this;
    }

    /// All that comes until the listener closes.
    std::string hears() {
        std::string all;
        boost::system::error_code closed;
        asio::read(socket_, asio::dynamic_buffer(all), closed);
        return all;
    }

private:
    asio::io_context io_;
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
                 {.address = "127.0.0.1", .port = 0},
                 {[] { return std::string("contego_up 1\n"); }, [this] { return why_not_; }}};
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

TEST_F(admin_fixture, cannot_share_its_port) {
    EXPECT_THROW(admin(network_, {.address = "127.0.0.1", .port = admin_.port()}, {}),
                 boost::system::system_error);
}

} // namespace
} // namespace contego::daemon
