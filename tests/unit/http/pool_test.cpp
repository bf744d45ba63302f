#include "client_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

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

client_fixture with_connections(const scripted_server& server, std::size_t connections) {
    auto options = client_fixture::patient(server);
    options.connections = connections;
    return client_fixture(std::move(options));
}

TEST(pool, a_connection_is_used_again) {
    const scripted_server server({test::always(good)});
    client_fixture f(server);

    for (int n = 0; n < 3; ++n)
        expect_answered(f.send(), 200, "<a/>");

    EXPECT_EQ(server.record().connections, 1U);
}

TEST(pool, two_hundred_exchanges_at_once_stay_within_the_bound) {
    const scripted_server server({test::always(good)});
    auto f = with_connections(server, 5);
    std::vector<std::shared_ptr<std::vector<exchange>>> boxes;

    for (int n = 0; n < 200; ++n)
        boxes.push_back(f.begin());
    f.run_until([&] { return std::ranges::none_of(boxes, [](const auto& box) { return box->empty(); }); });

    for (const auto& box : boxes)
        expect_answered(box->front(), 200, "<a/>");
    EXPECT_THAT(server.record().requests, SizeIs(200));
    EXPECT_LE(server.record().most_open, 5U);
    EXPECT_EQ(server.record().connections, 5U);
}

TEST(pool, the_exchange_that_waited_longest_is_served_first) {
    const scripted_server server({test::always(good)});
    auto f = with_connections(server, 1);
    std::vector<std::shared_ptr<std::vector<exchange>>> boxes;

    for (int n = 0; n < 5; ++n)
        boxes.push_back(f.begin(30s, {"/" + std::to_string(n), "text/xml", "", ""}));
    f.run_until([&] { return !boxes.back()->empty(); });

    const auto requests = server.record().requests;
    ASSERT_THAT(requests, SizeIs(5));
    for (std::size_t n = 0; n < requests.size(); ++n)
        EXPECT_THAT(requests[n], testing::StartsWith("POST /" + std::to_string(n) + " "));
}

TEST(pool, no_free_connection_before_the_deadline_is_exhausted) {
    scripted_server server({{read_request(), test::hold(), write(good), test::stall()}});
    auto f = with_connections(server, 1);
    const auto first = f.begin();

    const auto second = f.send(200ms);

    expect_failed(second, exchange_state::not_sent, transport_error::exhausted);
    server.release();
    f.run_until([&] { return !first->empty(); });
    expect_answered(first->front(), 200, "<a/>");
    EXPECT_THAT(server.record().requests, SizeIs(1));
}

TEST(pool, an_exchange_that_gave_up_waiting_does_not_hold_up_the_next) {
    scripted_server server(
        {{read_request(), test::hold(), write(good), read_request(), write(good), test::stall()}});
    auto f = with_connections(server, 1);
    const auto first = f.begin();
    const auto impatient = f.begin(100ms);
    const auto patient = f.begin();
    f.run_until([&] { return !impatient->empty(); });

    server.release();
    f.run_until([&] { return !patient->empty(); });

    expect_answered(first->front(), 200, "<a/>");
    expect_answered(patient->front(), 200, "<a/>");
    EXPECT_EQ(server.record().connections, 1U);
}

TEST(pool, stats_count_open_idle_and_waiting) {
    scripted_server server({{read_request(), test::hold(), write(good), test::stall()}});
    auto f = with_connections(server, 1);
    const auto first = f.begin();
    const auto second = f.begin(2s);
    f.run_until([&] { return f.client->stats().waiting == 1; });
    EXPECT_EQ(f.client->stats().open, 1U);
    EXPECT_EQ(f.client->stats().idle, 0U);

    f.run_until([&] { return !second->empty(); });
    server.release();
    f.run_until([&] { return !first->empty(); });

    EXPECT_EQ(f.client->stats().open, 1U);
    EXPECT_EQ(f.client->stats().idle, 1U);
    EXPECT_EQ(f.client->stats().waiting, 0U);
}

/// Sends two exchanges, the second after the server finished its first script. Both are answered, the second
/// on a new connection, and no request was sent twice.
void expect_second_connection(script first, std::size_t steps_after_answer) {
    const auto steps = first.size();
    scripted_server server({std::move(first), test::always(good)});
    client_fixture f(server);

    expect_answered(f.send(), 200, "<a/>");
    server.release();
    ASSERT_TRUE(
        server.wait_until([&](const server_record& r) { return r.steps >= steps - steps_after_answer; }));
    expect_answered(f.send(), 200, "<a/>");

    EXPECT_THAT(server.record().requests, SizeIs(2));
    EXPECT_EQ(server.record().connections, 2U);
}

TEST(pool, an_idle_connection_that_the_server_closed_is_not_used) {
    expect_second_connection({read_request(), write(good), test::hold(), test::close()}, 0);
}

TEST(pool, an_idle_connection_that_the_server_reset_is_not_used) {
    expect_second_connection({read_request(), write(good), test::hold(), test::reset()}, 0);
}

TEST(pool, an_idle_connection_on_which_bytes_came_is_not_used) {
    expect_second_connection(
        {read_request(), write(good), test::hold(), write("HTTP/1.1 408 "), test::stall()}, 1);
}

TEST(pool, two_answers_in_one_packet_end_the_connection) {
    expect_second_connection({read_request(), write(good + answer(200, "<stray/>")), test::stall()}, 1);
}

TEST(pool, more_bytes_than_the_length_says_end_the_connection) {
    expect_second_connection({read_request(), write(good + "rest"), test::stall()}, 1);
}

TEST(pool, an_answer_with_connection_close_ends_the_connection) {
    expect_second_connection(
        {read_request(), write(answer(200, "<a/>", "Connection: close\r\n")), test::stall()}, 1);
}

TEST(pool, an_answer_of_http_1_0_ends_the_connection) {
    expect_second_connection(
        {read_request(), write("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\n<a/>"), test::stall()}, 1);
}

TEST(pool, an_answer_up_to_the_end_of_the_connection_is_whole) {
    expect_second_connection({read_request(), write("HTTP/1.1 200 OK\r\n\r\n<a/>"), test::close()}, 0);
}

TEST(pool, an_envelope_that_needs_a_fresh_connection_replaces_an_idle_one) {
    const scripted_server server({test::always(good)});
    auto f = with_connections(server, 1);
    auto once = client_fixture::small();
    once.fresh_connection = true;
    expect_answered(f.send(), 200, "<a/>");

    expect_answered(f.send(30s, once), 200, "<a/>");
    expect_answered(f.send(), 200, "<a/>");

    EXPECT_EQ(server.record().connections, 2U) << "an envelope that may use any connection uses it again";
    EXPECT_EQ(f.client->stats().open, 1U);
}

TEST(pool, a_connection_is_not_used_again_after_a_timeout) {
    const scripted_server server(
        {{read_request(), write(good), read_request(), test::stall()}, test::always(good)});
    client_fixture f(server);
    expect_answered(f.send(), 200, "<a/>");

    expect_failed(f.send_in_vain(), exchange_state::sent_no_answer, transport_error::timeout);
    expect_answered(f.send(), 200, "<a/>");

    EXPECT_EQ(server.record().connections, 2U);
}

TEST(pool, an_idle_connection_is_closed_after_the_idle_timeout) {
    const scripted_server server({test::always(good)});
    client_fixture f(endpoint_options{.url = server.url(), .idle_timeout = 50ms});
    f.send();
    ASSERT_EQ(f.client->stats().idle, 1U);

    f.run_until([&] { return f.client->stats().idle == 0; });

    EXPECT_TRUE(server.wait_until([](const server_record& r) { return r.ended == 1; }));
}

TEST(pool, no_connection_is_kept_with_an_idle_timeout_of_zero) {
    const scripted_server server({test::always(good)});
    client_fixture f(endpoint_options{.url = server.url(), .idle_timeout = 0ms});

    f.send();

    EXPECT_EQ(f.client->stats().open, 0U);
    EXPECT_TRUE(server.wait_until([](const server_record& r) { return r.ended == 1; }));
}

TEST(pool, a_connection_over_its_age_is_not_used_again) {
    const scripted_server server({test::always(good)});
    auto where = std::get<endpoint>(check({.url = server.url()}));
    where.options.max_age = 0ms;
    client_fixture f(std::move(where));

    expect_answered(f.send(), 200, "<a/>");
    expect_answered(f.send(), 200, "<a/>");

    EXPECT_EQ(server.record().connections, 2U);
}

TEST(pool, destroying_the_client_closes_idle_connections) {
    const scripted_server server({test::always(good)});
    client_fixture f(server);
    f.send();

    f.client.reset();

    EXPECT_TRUE(server.wait_until([](const server_record& r) { return r.ended == 1; }));
}

} // namespace
} // namespace contego::http
