#include "server_fixture.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace contego::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string card = "01000000017";

class server_test : public testing::Test {
protected:
    void order(const std::string& action) {
        plain_client admin(server_.port());
        const auto r = admin.ask(message_of(http::verb::post, "/sim/faults", "[{\"do\": " + action + "}]"));
        ASSERT_EQ(r.status, 200U) << r.body;
    }

    std::string journal() {
        plain_client admin(server_.port());
        return admin.ask(message_of(http::verb::get, "/sim/journal")).body;
    }

    void send_addition() {
        client_.send(message_of(http::verb::post, authorization_path, addition_to(card)));
    }

    running_server server_;
    plain_client client_{server_.port()};
};

TEST_F(server_test, it_reports_its_address) {
    EXPECT_THAT(server_.address(), StartsWith("http://127.0.0.1:"));
    EXPECT_NE(server_.port(), 0);
}

TEST_F(server_test, calls_of_one_connection_are_answered_one_after_the_other) {
    for (const auto* status : {">OK<", ">ALREADY_SUBSCRIBED<"}) {
        const auto r = client_.ask(message_of(http::verb::post, authorization_path, addition_to(card)));
        EXPECT_THAT(r.body, HasSubstr(status));
        EXPECT_TRUE(r.keep_alive);
    }
}

TEST_F(server_test, two_calls_in_one_packet_get_two_answers) {
    const auto body = question_about(card);
    const auto one =
        "POST " + std::string(authorization_path) +
        " HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;

    client_.send(one + one);

    EXPECT_EQ(client_.receive().status, 200U);
    EXPECT_EQ(client_.receive().status, 200U);
}

TEST_F(server_test, the_connection_is_closed_if_the_client_asks_for_it) {
    auto request = message_of(http::verb::post, authorization_path, question_about(card));
    request.keep_alive(false);
    client_.send(request);

    boost::system::error_code ending;
    EXPECT_THAT(client_.rest(ending), HasSubstr("Connection: close"));
    EXPECT_EQ(ending, asio::error::eof);
}

TEST_F(server_test, bytes_that_are_not_http_end_only_their_connection) {
    client_.send(std::string("\x16\x03\x01 hello\r\n\r\n"));
    boost::system::error_code ending;
    (void)client_.rest(ending);
    EXPECT_TRUE(ending);

    plain_client other(server_.port());
    EXPECT_EQ(other.ask(message_of(http::verb::get, "/sim/state")).status, 200U);
}

TEST_F(server_test, a_reset_before_the_effect_prevents_it) {
    order(R"({"reset": "before_effect"})");
    send_addition();

    boost::system::error_code ending;
    EXPECT_EQ(client_.rest(ending), "");
    EXPECT_EQ(ending, asio::error::connection_reset);
    EXPECT_THAT(journal(), HasSubstr("\"effect\":false"));
}

TEST_F(server_test, a_reset_after_the_effect_loses_the_answer_only) {
    order(R"({"reset": "after_effect"})");
    send_addition();

    boost::system::error_code ending;
    EXPECT_EQ(client_.rest(ending), "");
    EXPECT_EQ(ending, asio::error::connection_reset);
    EXPECT_THAT(journal(), HasSubstr("\"effect\":true"));
}

TEST_F(server_test, a_hang_sends_nothing_until_the_client_gives_up) {
    order(R"({"hang": "after_effect"})");
    send_addition();
    client_.finish();

    boost::system::error_code ending;
    EXPECT_EQ(client_.rest(ending), "");
    EXPECT_EQ(ending, asio::error::eof);
    EXPECT_THAT(journal(), HasSubstr("hang after effect"));
}

TEST_F(server_test, a_dripping_answer_is_slow_and_complete) {
    order(R"({"drip_bytes_per_second": 2000})");
    const auto start = std::chrono::steady_clock::now();
    send_addition();

    const auto r = client_.receive();

    EXPECT_THAT(r.body, HasSubstr("</soap:Envelope>"));
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(150));
}

TEST_F(server_test, latency_delays_an_answer) {
    order(R"({"latency_ms": 60})");
    const auto start = std::chrono::steady_clock::now();
    send_addition();

    EXPECT_EQ(client_.receive().status, 200U);
    EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(60));
}

TEST_F(server_test, a_wrong_length_breaks_off_in_the_middle) {
    order(R"({"wrong_length": true})");
    send_addition();

    EXPECT_EQ(client_.receive().status, 0U);
    EXPECT_THAT(journal(), HasSubstr("\"effect\":true"));
}

TEST_F(server_test, a_body_that_is_far_too_long_ends_the_connection) {
    client_.send("POST " + std::string(authorization_path) +
                 " HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 999999999\r\n\r\n");

    boost::system::error_code ending;
    EXPECT_EQ(client_.rest(ending), "");
    EXPECT_TRUE(ending);
}

TEST(server, a_stub_answers_anything_with_ok) {
    server_settings settings;
    settings.stub = true;
    const running_server server(settings);
    plain_client client(server.port());

    for (int n = 0; n < 3; ++n) {
        const auto r = client.ask(message_of(http::verb::post, authorization_path, "whatever"));
        EXPECT_THAT(r.body, HasSubstr("<ct:StatusCode>OK</ct:StatusCode>"));
    }
}

TEST(server, a_stub_with_latency_delays_each_answer) {
    server_settings settings;
    settings.stub = true;
    settings.stub_latency = std::chrono::milliseconds(20);
    const running_server server(settings);
    plain_client client(server.port());

    for (int n = 0; n < 3; ++n) {
        const auto asked = std::chrono::steady_clock::now();
        const auto r = client.ask(message_of(http::verb::post, authorization_path, "whatever"));
        EXPECT_GE(std::chrono::steady_clock::now() - asked, settings.stub_latency);
        EXPECT_THAT(r.body, HasSubstr("<ct:StatusCode>OK</ct:StatusCode>"));
    }
}

TEST(server, many_clients_on_many_threads_lose_no_effect) {
    const running_server server(on_threads(4));
    constexpr int clients = 8;
    constexpr int calls = 25;
    {
        std::vector<std::jthread> all;
        all.reserve(clients);
        for (int c = 0; c < clients; ++c)
            all.emplace_back([c, port = server.port()] {
                plain_client client(port);
                for (int n = 0; n < calls; ++n)
                    (void)client.ask(
                        message_of(http::verb::post,
                                   authorization_path,
                                   addition_to(std::to_string(1000 + c * calls + n).insert(0, "0100000"))));
            });
    }

    plain_client admin(server.port());
    const auto state = admin.ask(message_of(http::verb::get, "/sim/state"));
    EXPECT_THAT(state.body, HasSubstr("\"calls\":{\"ADD_SUBSCRIPTIONS\":{\"OK\":200}}"));
}

TEST(server, a_port_that_is_taken_is_refused) {
    const running_server server;

    server_settings settings;
    settings.port = server.port();

    EXPECT_THROW(running_server{settings}, boost::system::system_error);
}

TEST(server, an_invalid_address_is_refused) {
    server_settings settings;
    settings.address = "nowhere";

    EXPECT_THROW(running_server{settings}, boost::system::system_error);
}

} // namespace
} // namespace contego::simulator::tests
