#include "client_fixture.hpp"
#include "support/certificates.hpp"

#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <chrono>
#include <optional>
#include <thread>

namespace contego::http {
namespace {

using std::chrono::steady_clock;
using test::answer;
using test::scripted_server;
using test::server_record;

/// Returns the socket of this process that is connected to the port, or -1 if there is none.
int socket_to(std::uint16_t port) {
    constexpr int most = 1024;
    for (int descriptor = 0; descriptor < most; ++descriptor) {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
        const auto there = peer.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&peer)->sin6_port
                                                      : reinterpret_cast<sockaddr_in*>(&peer)->sin_port;
        if (peer.ss_family != AF_UNIX && ntohs(there) == port) return descriptor;
    }
    return -1;
}

template <typename Value>
Value option_of(int socket, int level, int name) {
    Value value{};
    socklen_t size = sizeof value;
    EXPECT_EQ(::getsockopt(socket, level, name, &value, &size), 0);
    return value;
}

unsigned delivery_bound(int socket) {
    return option_of<unsigned>(socket, IPPROTO_TCP, TCP_USER_TIMEOUT);
}

int undelivered(int socket) {
    int bytes = 0;
    EXPECT_EQ(::ioctl(socket, SIOCOUTQ, &bytes), 0);
    return bytes;
}

/// Each test runs with TLS and without.
class given_up : public testing::TestWithParam<bool> {
protected:
    scripted_server serve(test::script steps) {
        std::optional<test::server_tls> tls;
        if (GetParam()) tls.emplace(test::server_tls{.identity = authority_.issue()});
        constexpr int few_bytes = 4096;
        return scripted_server({std::move(steps)}, std::move(tls), few_bytes);
    }

    endpoint_options to(const scripted_server& server) {
        auto options = client_fixture::patient(server);
        options.tls.ca_file = GetParam() ? authority_.file() : "";
        return options;
    }

    /// Larger than what the server's kernel takes, and smaller than what the client's kernel takes.
    static envelope request() { return client_fixture::large(400'000); }

    /// A server that reads the beginning of a request, and the rest only when it is released.
    static test::script busy() {
        return {test::read_some(), test::hold(), test::read_request(), test::stall()};
    }

    /// Runs the client until its kernel holds what the server's kernel does not take. Returns its socket.
    static int run_until_handed_over(client_fixture& f, const scripted_server& server) {
        f.run_until([&] { return server.record().steps == 1; });
        const auto socket = socket_to(server.port());
        f.run_until([&] { return undelivered(socket) > 300'000; });
        return socket;
    }

    static void expect_reset(const scripted_server& server) {
        EXPECT_TRUE(server.wait_until([](const server_record& r) { return r.was_reset == 1; }));
        EXPECT_TRUE(server.record().requests.empty()) << "the server has received the whole request";
    }

private:
    test::certificate_authority authority_;
};

TEST_P(given_up, a_request_does_not_reach_a_server_that_reads_after_the_deadline) {
    auto server = serve(busy());
    client_fixture f(to(server));

    const auto x = f.send_in_vain(request());
    server.release();

    expect_failed(x, exchange_state::sent_no_answer, transport_error::timeout);
    expect_reset(server);
}

TEST_P(given_up, a_request_does_not_reach_a_server_that_reads_after_the_client_went) {
    auto server = serve(busy());
    client_fixture f(to(server));
    const auto box = f.begin(30s, request());
    run_until_handed_over(f, server);

    f.client.reset();
    f.run_until([&] { return !box->empty(); });
    server.release();

    expect_reset(server);
}

// The io_context does not run after the request was written, as if the process were stopped.
TEST_P(given_up, the_kernel_drops_a_request_at_the_deadline_even_if_the_process_is_stopped) {
    auto server = serve(busy());
    client_fixture f(to(server));
    const auto box = f.begin(2s, request());
    const auto socket = run_until_handed_over(f, server);

    const auto limit = steady_clock::now() + 60s;
    while (option_of<tcp_info>(socket, IPPROTO_TCP, TCP_INFO).tcpi_state != TCP_CLOSE) {
        ASSERT_LT(steady_clock::now(), limit) << "the kernel still tries to deliver the request";
        std::this_thread::sleep_for(10ms);
    }
    server.release();

    expect_reset(server);
    f.run_until([&] { return !box->empty(); });
    expect_failed(box->front(), exchange_state::sent_no_answer, transport_error::timeout);
}

TEST_P(given_up, the_kernel_keeps_undelivered_bytes_no_longer_than_the_exchange_may_last) {
    auto server = serve({test::read_request(),
                         test::write(answer(200, "<a/>")),
                         test::read_request(),
                         test::hold(),
                         test::write(answer(200, "<b/>")),
                         test::stall()});
    client_fixture f(to(server));
    f.send(10min);
    const auto socket = socket_to(server.port());
    const auto first = delivery_bound(socket);
    const auto box = f.begin(5min);
    f.run_until([&] { return server.record().requests.size() == 2; });

    EXPECT_GT(first, 540'000U);
    EXPECT_LE(first, 600'000U);
    EXPECT_GT(delivery_bound(socket), 240'000U);
    EXPECT_LE(delivery_bound(socket), 300'000U);
    const auto at_close = option_of<linger>(socket, SOL_SOCKET, SO_LINGER);
    EXPECT_TRUE(at_close.l_onoff == 1 && at_close.l_linger == 0) << "a killed process would reset nothing";

    server.release();
    f.run_until([&] { return !box->empty(); });
    expect_answered(box->front(), 200, "<b/>");
}

TEST_P(given_up, a_connection_is_closed_in_order_after_a_complete_exchange) {
    const auto server = serve(test::always(answer(200, "<a/>")));
    client_fixture f(to(server));
    expect_answered(f.send(), 200, "<a/>");

    f.client.reset();

    EXPECT_TRUE(server.wait_until([](const server_record& r) { return r.ended == 1; }));
    EXPECT_EQ(server.record().was_reset, 0U);
}

TEST_P(given_up, a_connection_is_closed_in_order_if_the_answer_ends_it) {
    const auto server = serve(
        {test::read_request(), test::write(answer(200, "<a/>", "Connection: close\r\n")), test::stall()});

    expect_answered(client_fixture(to(server)).send(), 200, "<a/>");

    EXPECT_TRUE(server.wait_until([](const server_record& r) { return r.ended == 1; }));
    EXPECT_EQ(server.record().was_reset, 0U);
}

INSTANTIATE_TEST_SUITE_P(over, given_up, testing::Bool(), [](const auto& p) {
    return std::string(p.param ? "tls" : "tcp");
});

} // namespace
} // namespace contego::http
