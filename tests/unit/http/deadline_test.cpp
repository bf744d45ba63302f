#include "client_fixture.hpp"
#include "http/deadline.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <gtest/gtest.h>

#include <optional>

namespace contego::http {
namespace {

using test::drip;
using test::read_request;
using test::scripted_server;
using test::write;

std::string times(int count, const std::string& what) {
    std::string out;
    for (int n = 0; n < count; ++n)
        out += what;
    return out;
}

const auto chunked = std::string("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
const auto much = times(100'000, "1;x\r\ny\r\n");

struct endless {
    const char* name;
    test::script script;
};

std::ostream& operator<<(std::ostream& out, const endless& e) {
    return out << e.name;
}

class deadline_table : public ::testing::TestWithParam<endless> {};

TEST_P(deadline_table, holds_even_while_bytes_arrive) {
    const scripted_server server({GetParam().script});
    auto options = client_fixture::patient(server);
    options.body_limit = std::size_t{1} << 30U;
    client_fixture f(std::move(options));
    exchange x;
    for (auto longest = 200ms; longest < 20s && x.state == exchange_state::not_sent; longest *= 2)
        x = f.send(longest);

    expect_failed(x, exchange_state::sent_no_answer, transport_error::timeout);
    EXPECT_LT(x.duration, 5s);
    EXPECT_NE(x.body, "") << "the first bytes are kept for support";
}

INSTANTIATE_TEST_SUITE_P(
    rows,
    deadline_table,
    ::testing::Values(
        endless{"header_by_the_byte",
                {read_request(), drip("HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x'), 1ms)}},
        endless{"slow_header", {read_request(), drip("HTTP/1.1 200 OK\r\n\r\n", 1000ms)}},
        endless{"slow_chunk_extension", {read_request(), drip(chunked + "1;" + std::string(9000, 'x'), 1ms)}},
        endless{"slow_trailer", {read_request(), drip(chunked + "0\r\nX:" + std::string(9000, 'x'), 1ms)}},
        endless{"slow_body",
                {read_request(), drip("HTTP/1.1 200 OK\r\n\r\n" + std::string(60'000, 'x'), 1ms)}},
        endless{"interim_answers_with_pauses",
                {read_request(), drip(times(7, "HTTP/1.1 102 Processing\r\n\r\n"), 20ms), test::stall()}},
        endless{"chunks_as_fast_as_they_go", {read_request(), write(chunked), test::flood(much)}}),
    [](const auto& p) { return std::string(p.param.name); });

TEST(interim_answers, without_end_are_malformed_and_not_waited_for) {
    const scripted_server server({{read_request(), test::flood("HTTP/1.1 100 Continue\r\n\r\n")}});

    const auto x = client_fixture(server).send();

    expect_failed(x, exchange_state::sent_no_answer, transport_error::malformed);
    EXPECT_TRUE(x.body.starts_with("HTTP/1.1 100 Continue\r\n"));
}

class a_deadline : public testing::Test {
protected:
    boost::asio::io_context io{1};
    boost::asio::ip::tcp::socket socket{io, boost::asio::ip::tcp::v4()};
    std::optional<deadline> end{std::in_place, socket};
};

TEST_F(a_deadline, closes_the_socket_when_it_has_passed) {
    end->set(std::chrono::steady_clock::now() + 1ms);
    EXPECT_TRUE(socket.is_open());

    io.run();

    EXPECT_FALSE(socket.is_open());
    EXPECT_TRUE(end->has_passed());
}

TEST_F(a_deadline, that_has_passed_closes_it_at_once) {
    end->set(std::chrono::steady_clock::now());

    EXPECT_FALSE(socket.is_open());
    EXPECT_TRUE(end->has_passed());
}

TEST_F(a_deadline, that_was_moved_or_lifted_or_destroyed_closes_nothing) {
    end->set(std::chrono::steady_clock::now() + 1ms);
    end->set(std::chrono::steady_clock::now() + 1h);
    io.poll();
    end->lift();
    io.run();
    EXPECT_TRUE(socket.is_open());

    end->set(std::chrono::steady_clock::now() + 1ms);
    end.reset();
    io.restart();
    io.run();

    EXPECT_TRUE(socket.is_open());
}

} // namespace
} // namespace contego::http
