#include "client_fixture.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <gmock/gmock.h>

namespace contego::http {
namespace {

using test::answer;
using test::read_request;
using test::scripted_server;
using test::write;
using testing::HasSubstr;
using testing::SizeIs;

TEST(exchange, an_answer_is_handed_over_whatever_its_status) {
    for (const int status : {200, 302, 401, 429, 500, 503}) {
        const scripted_server server({test::always(answer(status, "<fault/>", "Location: /elsewhere\r\n"))});
        client_fixture f(server);

        const auto x = f.send();

        expect_answered(x, status, "<fault/>");
        EXPECT_EQ(x.content_type, "text/xml");
        EXPECT_GT(x.duration, 0ns);
        EXPECT_THAT(server.record().requests, SizeIs(1)) << "a redirect was followed";
    }
}

TEST(exchange, the_request_arrives_as_rendered) {
    const scripted_server server({test::always(answer(200, ""))});
    client_fixture f(endpoint_options{.url = server.url() + "/base", .user = "u", .password = "p"});

    f.send(30s, {"/service", "text/xml; charset=utf-8", "urn:action", "<request/>"});

    EXPECT_EQ(server.record().requests.at(0),
              "POST /base/service HTTP/1.1\r\nHost: localhost:" + std::to_string(server.port()) +
                  "\r\nUser-Agent: contegod\r\nAuthorization: Basic dTpw\r\nContent-Type: text/xml; "
                  "charset=utf-8\r\n"
                  "SOAPAction: \"urn:action\"\r\nContent-Length: 10\r\n\r\n<request/>");
}

TEST(exchange, our_credentials_are_hidden_in_the_answer) {
    const auto answer_to = [](const std::string& password, const std::string& body) {
        const scripted_server server({test::always(answer(401, body))});
        return client_fixture(endpoint_options{.url = server.url(), .user = "crm", .password = password})
            .send()
            .body;
    };

    EXPECT_EQ(answer_to("open sesame", "no 'open sesame', no Basic Y3JtOm9wZW4gc2VzYW1l; open sesame!"),
              "no '****', no Basic ****; ****!");
    EXPECT_EQ(answer_to("abc", "the abc; Y3JtOmFiYw=="), "the abc; ****")
        << "a text of three characters would be found everywhere";
}

TEST(exchange, retry_after_is_read) {
    const scripted_server server({test::always(answer(503, "", "Retry-After: 12\r\n"))});

    EXPECT_EQ(client_fixture(server).send().retry_after, std::chrono::seconds(12));
}

TEST(exchange, interim_answers_are_passed_over) {
    const scripted_server server(
        {{read_request(), write("HTTP/1.1 100 Continue\r\n\r\n"), write(answer(200, "<a/>"))}});

    expect_answered(client_fixture(server).send(), 200, "<a/>");
}

TEST(exchange, a_host_without_an_address_is_resolve) {
    const auto x = client_fixture(endpoint_options{.url = "http://nowhere.invalid"}).send();

    expect_failed(x, exchange_state::not_sent, transport_error::resolve);
    EXPECT_THAT(x.detail, HasSubstr("nowhere.invalid"));
}

TEST(exchange, a_port_where_nobody_listens_is_connect) {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor gone(io, {boost::asio::ip::address_v4::loopback(), 0});
    const auto port = std::to_string(gone.local_endpoint().port());
    gone.close();

    const auto x = client_fixture(endpoint_options{.url = "http://127.0.0.1:" + port}).send();

    expect_failed(x, exchange_state::not_sent, transport_error::connect);
    EXPECT_THAT(x.detail, HasSubstr("127.0.0.1:" + port));
}

/// Accepts connections, but never performs the TLS handshake.
struct silent_tls_server {
    scripted_server server{{{test::stall()}}};
    endpoint_options options{.url = "https://127.0.0.1:" + std::to_string(server.port()),
                             .tls = {.verify = false}};
};

TEST(exchange, a_connection_that_takes_longer_than_allowed_is_connect) {
    silent_tls_server silent;
    silent.options.connect_timeout = 100ms;

    const auto x = client_fixture(silent.options).send();

    expect_failed(x, exchange_state::not_sent, transport_error::connect);
}

TEST(exchange, the_deadline_cuts_connecting_short) {
    silent_tls_server silent;
    silent.options.connect_timeout = 10min;

    const auto x = client_fixture(silent.options).send(2s);

    expect_failed(x, exchange_state::not_sent, transport_error::connect);
}

TEST(exchange, a_server_that_closes_without_an_answer_is_closed) {
    const scripted_server server({{read_request(), test::close()}});

    expect_failed(client_fixture(server).send(), exchange_state::sent_no_answer, transport_error::closed);
}

TEST(exchange, a_reset_in_the_middle_of_an_answer_is_closed) {
    scripted_server server(
        {{read_request(), write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<a"), test::reset()}});

    expect_failed(client_fixture(server).send(), exchange_state::sent_no_answer, transport_error::closed);
}

TEST(exchange, an_answer_shorter_than_its_length_is_closed) {
    const scripted_server server(
        {{read_request(), write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<a/>")}});

    expect_failed(client_fixture(server).send(), exchange_state::sent_no_answer, transport_error::closed);
}

TEST(exchange, a_reset_while_the_request_is_written_is_write) {
    // The request is larger than all the buffers on the way.
    const scripted_server server({{test::read_some(), test::reset()}});

    const auto x = client_fixture(server).send(30s, client_fixture::large(16 << 20));

    expect_failed(x, exchange_state::sent_no_answer, transport_error::write);
}

TEST(exchange, a_request_that_is_not_taken_before_the_deadline_is_timeout) {
    const scripted_server server({{test::read_some(), test::hold()}});

    const auto x = client_fixture(server).send_in_vain(client_fixture::large(16 << 20));

    expect_failed(x, exchange_state::sent_no_answer, transport_error::timeout);
}

TEST(exchange, a_server_that_does_not_answer_is_timeout) {
    const scripted_server server({{read_request(), test::stall()}});

    expect_failed(
        client_fixture(server).send_in_vain(), exchange_state::sent_no_answer, transport_error::timeout);
}

TEST(exchange, the_deadline_holds_for_the_whole_answer_and_not_for_each_byte) {
    const scripted_server server({{read_request(), test::drip(answer(200, std::string(1000, 'x')), 100ms)}});

    const auto x = client_fixture(server).send_in_vain();

    expect_failed(x, exchange_state::sent_no_answer, transport_error::timeout);
    EXPECT_LT(x.duration, 50s) << "it would have been read in 100 s";
}

TEST(exchange, an_answer_that_is_not_http_is_malformed) {
    const scripted_server server({{read_request(), write("220 mail.example ESMTP\r\n\r\n"), test::stall()}});

    expect_failed(client_fixture(server).send(), exchange_state::sent_no_answer, transport_error::malformed);
}

TEST(exchange, a_compressed_answer_is_malformed) {
    const scripted_server server({test::always(answer(200, "zip", "Content-Encoding: gzip\r\n"))});

    expect_failed(client_fixture(server).send(), exchange_state::sent_no_answer, transport_error::malformed);
}

TEST(exchange, a_body_or_a_header_over_its_limit_is_too_large) {
    const std::string much(5000, 'x');
    for (const auto& bytes : {answer(200, much), answer(200, "", "X: " + much + "\r\n")}) {
        const scripted_server server({test::always(bytes)});
        endpoint_options o{.url = server.url()};
        o.header_limit = 4096;
        o.body_limit = 4096;

        const auto x = client_fixture(std::move(o)).send();

        expect_failed(x, exchange_state::sent_no_answer, transport_error::too_large);
    }
}

TEST(exchange, an_envelope_that_would_break_the_header_is_not_sent) {
    const scripted_server server({test::always(answer(200, ""))});

    const auto x = client_fixture(server).send(30s, {"/a\r\nX: y", "text/xml", "", ""});

    expect_failed(x, exchange_state::not_sent, transport_error::write);
    EXPECT_EQ(server.record().connections, 0U);
}

TEST(exchange, nothing_is_called_back_from_inside_send) {
    const scripted_server server({test::always(answer(200, ""))});
    client_fixture f(server);

    const auto box = f.begin(-1s);

    EXPECT_THAT(*box, SizeIs(0));
    f.run_until([&] { return !box->empty(); });
    expect_failed(box->front(), exchange_state::not_sent, transport_error::exhausted);
}

TEST(exchange, destroying_the_client_ends_every_exchange_with_closed) {
    const scripted_server server({{read_request(), test::stall()}});
    endpoint_options o{.url = server.url()};
    o.connections = 1;
    client_fixture f(std::move(o));
    const auto sent = f.begin(10min);
    const auto waiting = f.begin(10min);
    f.run_until([&] { return server.record().requests.size() == 1 && f.client->stats().waiting == 1; });
    const auto unbegun = f.begin(10min);

    f.client.reset();

    f.run_until([&] { return !sent->empty() && !waiting->empty() && !unbegun->empty(); });
    expect_failed(sent->front(), exchange_state::sent_no_answer, transport_error::closed);
    expect_failed(waiting->front(), exchange_state::not_sent, transport_error::closed);
    expect_failed(unbegun->front(), exchange_state::not_sent, transport_error::closed);
}

TEST(exchange, destroying_the_client_ends_one_that_is_being_connected) {
    silent_tls_server silent;
    silent.options.connect_timeout = 10min;
    client_fixture f(silent.options);
    const auto box = f.begin(10min);
    f.run_until([&] { return silent.server.record().connections == 1; });

    f.client.reset();

    f.run_until([&] { return !box->empty(); });
    expect_failed(box->front(), exchange_state::not_sent, transport_error::closed);
}

TEST(exchange, an_io_context_may_be_destroyed_with_exchanges_pending) {
    const scripted_server server({{read_request(), test::stall()}});
    endpoint_options o{.url = server.url()};
    o.connections = 1;
    client_fixture f(std::move(o));
    const auto sent = f.begin();
    const auto waiting = f.begin();
    f.run_until([&] { return f.client->stats().waiting == 1; });

    f.client.reset();

    EXPECT_THAT(*sent, SizeIs(0));
    EXPECT_THAT(*waiting, SizeIs(0));
}

TEST(exchange, writes_nothing_after_not_after) {
    const scripted_server server({test::always(answer(200, "too late"))});
    client_fixture f(server);
    auto e = client_fixture::small();
    e.not_after = std::chrono::steady_clock::now();

    const auto x = f.send(30s, e);

    EXPECT_EQ(x.state, exchange_state::not_sent);
    EXPECT_EQ(x.error, transport_error::exhausted);
    EXPECT_THAT(server.record().requests, SizeIs(0));
}

} // namespace
} // namespace contego::http
