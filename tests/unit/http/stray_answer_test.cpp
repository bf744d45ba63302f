#include "client_fixture.hpp"
#include "support/certificates.hpp"

#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace contego::http {
namespace {

using test::answer;
using test::read_request;
using test::script;
using test::scripted_server;
using test::server_record;
using test::write;
using testing::SizeIs;

const auto good = answer(200, "<a/>");
const auto stray = answer(200, "<stray/>");

/// Returns the script of a server that answers every request twice, the second time after `later`.
script doubled(std::chrono::microseconds later) {
    return {read_request(), write(good), test::pause(later), write(stray), test::repeat()};
}

/// Sends many exchanges, some at once. Returns how many of them got an answer that was meant for another.
int taken_for_another(client_fixture& f, int rounds) {
    int count = 0;
    for (int round = 0; round < rounds; ++round) {
        std::vector<std::shared_ptr<std::vector<exchange>>> boxes;
        for (int n = 0; n < 4; ++n)
            boxes.push_back(f.begin());
        f.run_until([&] { return std::ranges::none_of(boxes, [](const auto& b) { return b->empty(); }); });
        for (const auto& box : boxes)
            count += box->front().body == "<stray/>" ? 1 : 0;
    }
    return count;
}

TEST(stray_answer, that_comes_after_each_answer_is_never_taken_for_another) {
    for (const auto later : {0us, 200us, 500us, 1'000us, 2'000us, 5'000us, 10'000us}) {
        const scripted_server server({doubled(later)});
        auto options = client_fixture::patient(server);
        options.connections = 4;
        client_fixture f(std::move(options));

        EXPECT_EQ(taken_for_another(f, 25), 0) << later.count() << " us";
        EXPECT_THAT(server.record().requests, SizeIs(100)) << "every request is sent exactly once";
    }
}

TEST(stray_answer, that_comes_after_each_answer_is_never_taken_for_another_with_tls) {
    test::certificate_authority authority;
    for (const auto later : {0us, 500us, 5'000us}) {
        const scripted_server server({doubled(later)}, test::server_tls{authority.issue()});
        auto options = client_fixture::patient(server);
        options.connections = 4;
        options.tls.ca_file = authority.file();
        client_fixture f(std::move(options));

        EXPECT_EQ(taken_for_another(f, 10), 0) << later.count() << " us";
    }
}

TEST(stray_answer, once_heard_ends_the_use_of_all_kept_connections) {
    const scripted_server server({{read_request(), write(good), test::hold(), write(good), test::stall()},
                                  {read_request(), write(good + stray), test::stall()},
                                  test::always(good)});
    client_fixture f(server);
    const auto first = f.begin();
    const auto second = f.begin();
    f.run_until([&] { return !first->empty() && !second->empty(); });

    expect_answered(f.send(), 200, "<a/>");
    expect_answered(f.send(), 200, "<a/>");

    EXPECT_EQ(server.record().connections, 4U)
        << "the first connection was quiet, and is not used again either";
    EXPECT_EQ(f.client->stats().idle, 0U);
}

TEST(stray_answer, before_the_first_request_sends_nothing) {
    for (const auto& bytes : {good, std::string("220 mail.example ESMTP\r\n")}) {
        const scripted_server server({{write(bytes), test::stall()}});
        client_fixture f(server);
        const auto box = f.begin();
        // Wait until the server's bytes have arrived before the client looks at its new connection.
        while (!server.wait_until([](const server_record& r) { return r.steps == 1; }, 50ms))
            f.io.run_one_for(10ms);

        f.run_until([&] { return !box->empty(); });

        expect_failed(box->front(), exchange_state::not_sent, transport_error::connect);
        EXPECT_THAT(server.record().requests, SizeIs(0));
    }
}

/// More bytes than the server's kernel accepts before the server reads, and fewer than ours accepts.
constexpr std::size_t half_delivered = 400'000;

TEST(stray_answer, that_left_before_the_request_arrived_is_not_its_answer) {
    const scripted_server server(
        {{read_request(), write(good), test::read_some(), write(stray), test::hold()}, test::always(good)});
    client_fixture f(server);
    expect_answered(f.send(), 200, "<a/>");

    const auto x = f.send(30s, client_fixture::large(half_delivered));

    expect_failed(x, exchange_state::sent_no_answer, transport_error::closed);
    EXPECT_THAT(x.detail, testing::HasSubstr("before the request"));
    EXPECT_EQ(x.body, "") << "it may hold a secret of another request";
}

TEST(stray_answer, may_answer_a_new_connection_before_all_of_the_request_was_read) {
    const scripted_server server({{test::read_some(), write(answer(413, "<large/>")), test::hold()}});

    const auto x = client_fixture(server).send(30s, client_fixture::large(half_delivered));

    expect_answered(x, 413, "<large/>");
}

TEST(stray_answer, an_empty_line_after_the_answer_is_no_reason_to_distrust_a_server) {
    const scripted_server server({{read_request(), write(good + "\r\n"), test::stall()}, test::always(good)});
    client_fixture f(server);

    for (int n = 0; n < 3; ++n)
        expect_answered(f.send(), 200, "<a/>");

    EXPECT_EQ(server.record().connections, 2U);
}

TEST(stray_answer, a_connection_that_ended_is_no_reason_to_distrust_a_server) {
    const scripted_server server({{read_request(), write(good), test::close()}, test::always(good)});
    client_fixture f(server);
    f.send();
    ASSERT_TRUE(server.wait_until([](const server_record& r) { return r.ended == 1; }));

    for (int n = 0; n < 3; ++n)
        expect_answered(f.send(), 200, "<a/>");

    EXPECT_EQ(server.record().connections, 2U);
}

TEST(stray_answer, a_new_server_is_watched_before_a_connection_is_used_again) {
    const scripted_server server({test::always(good)});
    auto options = client_fixture::patient(server);
    options.connections = 1;
    client_fixture f(std::move(options));
    f.send();

    const auto x = f.send();

    EXPECT_GE(x.duration, 10ms) << "it was not watched";
    for (int n = 0; n < 10; ++n)
        f.send();
    auto quickest = x.duration;
    for (int n = 0; n < 50; ++n)
        quickest = std::min(quickest, f.send().duration);
    EXPECT_LT(quickest, 10ms) << "it is watched forever";
    EXPECT_EQ(server.record().connections, 1U);
}

/// Answers each request as soon as it arrives, with nothing between the two system calls.
class quick_server {
public:
    quick_server() : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(socket_, 8), 0);
        EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }

    quick_server(const quick_server&) = delete;
    quick_server& operator=(const quick_server&) = delete;

    ~quick_server() {
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    [[nodiscard]] int connections() const { return connections_; }

private:
    void serve() {
        for (int peer = 0; (peer = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(peer)) {
            ++connections_;
            std::array<char, 4096> request{};
            while (::recv(peer, request.data(), request.size(), 0) > 0)
                ::send(peer, good.data(), good.size(), MSG_NOSIGNAL);
        }
    }

    int socket_;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_ = 0;
    std::thread thread_;
};

TEST(stray_answer, a_quick_answer_is_not_a_stray_one) {
    constexpr int many = 10'000;
    const quick_server server;
    client_fixture f(endpoint_options{.url = server.url(), .connections = 1, .idle_timeout = 10min});
    int answered = 0;
    bool failed = false;
    std::function<void()> next = [&] {
        test::begin_exchange(f.io.get_executor(),
                             *f.client,
                             client_fixture::small(),
                             std::chrono::steady_clock::now() + 30s,
                             [&](const exchange& x) {
                                 if (x.state != exchange_state::answered) return;
                                 if (++answered < many) next();
                             });
    };

    next();
    f.run_until([&] { return answered == many || failed; });

    EXPECT_EQ(answered, many);
    EXPECT_EQ(server.connections(), 1) << "a connection was not used again";
    f.client.reset();
}

} // namespace
} // namespace contego::http
