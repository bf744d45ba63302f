#include "http/saved_answer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace contego::http {
namespace {

constexpr std::size_t limit = 100;

exchange read(std::string_view text, int status = 200) {
    return std::get<exchange>(read_saved_answer(text, {.status = status, .body_limit = limit}));
}

TEST(saved_answer, without_a_head_is_a_body_of_the_given_status) {
    const auto x = read("<a/>\n", 503);

    EXPECT_EQ(x.state, exchange_state::answered);
    EXPECT_EQ(x.http_status, 503);
    EXPECT_EQ(x.content_type, "text/xml");
    EXPECT_EQ(x.body, "<a/>\n");
}

TEST(saved_answer, takes_status_type_and_waiting_time_of_its_head) {
    for (const std::string end : {"\n", "\r\n"}) {
        const auto x =
            read("HTTP/1.1 100 Continue" + end + end + "HTTP/1.1 429 Slow" + end + "Content-Type: text/html" +
                 end + "Retry-After: 7" + end + "Content-Length: 99" + end + end + "<p>");

        EXPECT_EQ(x.http_status, 429);
        EXPECT_EQ(x.content_type, "text/html");
        EXPECT_EQ(x.retry_after, std::chrono::seconds(7));
        EXPECT_EQ(x.body, "<p>");
    }
}

TEST(saved_answer, joins_chunks_unless_the_body_was_saved_joined) {
    const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

    EXPECT_EQ(read(head + "2\r\n<a\r\n2\r\n/>\r\n0\r\n\r\n").body, "<a/>");
    EXPECT_EQ(read(head + "<a/>").body, "<a/>");
    EXPECT_EQ(std::get<std::string>(read_saved_answer(head + "zz\r\n", {.body_limit = limit})),
              "the size of a chunk is not a number");
}

TEST(saved_answer, with_a_wrong_head_is_refused) {
    for (const auto* text : {"HTTP/2 200\n\n<a/>", "HTTP/1.1 200 OK\nContent-Encoding: gzip\n\nx", "HTTP/"})
        EXPECT_TRUE(std::holds_alternative<std::string>(read_saved_answer(text, {.body_limit = limit})))
            << text;
}

TEST(saved_answer, that_is_longer_than_the_limit_was_not_read) {
    const std::string body(limit + 1, 'x');

    for (const auto& text : {body, "HTTP/1.1 200 OK\n\n" + body}) {
        EXPECT_EQ(read(text).state, exchange_state::sent_no_answer);
        EXPECT_EQ(read(text).error, transport_error::too_large);
    }
    EXPECT_EQ(read(body.substr(1)).state, exchange_state::answered);
}

TEST(saved_answer, with_many_interim_answers_is_refused) {
    std::string text;
    for (int n = 0; n < 100'000; ++n)
        text += "HTTP/1.1 100 Continue\n\n";

    EXPECT_TRUE(std::holds_alternative<std::string>(read_saved_answer(text + "HTTP/1.1 200 OK\n\n", {})));
}

} // namespace
} // namespace contego::http
