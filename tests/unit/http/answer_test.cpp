#include "client_fixture.hpp"
#include "http/answer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace contego::http {
namespace {

using progress = answer_reader::progress;

constexpr answer_limits limits{.header = 1024, .body = 2048};

/// Feeds all bytes in pieces of the given size, until the reader is done.
progress feed(answer_reader& reader, std::string_view bytes, std::size_t piece) {
    auto state = progress::more;
    for (std::size_t at = 0; at < bytes.size() && state == progress::more; at += piece)
        state = reader.feed(bytes.substr(at, piece));
    return state;
}

struct reading {
    progress state;
    transport_error error;
    bool keeps_alive = false;
    exchange answer{};
};

reading read(std::string_view bytes, bool then_end = false, std::size_t piece = 100'000) {
    answer_reader reader(limits);
    auto state = feed(reader, bytes, piece);
    if (state == progress::more && then_end) state = reader.end();
    reading out{state, reader.error()};
    if (state == progress::complete) {
        out.keeps_alive = reader.keeps_alive();
        reader.move_into(out.answer, std::chrono::system_clock::now());
    }
    return out;
}

void expect_body(const reading& r, const std::string& body, bool keeps_alive) {
    ASSERT_EQ(r.state, progress::complete) << r.error;
    EXPECT_EQ(r.answer.body, body);
    EXPECT_EQ(r.keeps_alive, keeps_alive);
}

void expect_failure(const reading& r, transport_error error) {
    EXPECT_EQ(r.state, progress::failed);
    EXPECT_EQ(r.error, error);
}

TEST(answer, is_read_however_it_is_cut) {
    const std::string bytes = "HTTP/1.1 100 Continue\r\n\r\n"
                              "HTTP/1.1 503 Busy\r\nContent-Type: text/xml\r\nRetry-After: 7\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n"
                              "3;extension=1\r\n<a>\r\n4\r\n</a>\r\n0\r\nTrailer: yes\r\n\r\n";

    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        const auto r = read(bytes, false, piece);

        expect_body(r, "<a></a>", true);
        EXPECT_EQ(r.answer.http_status, 503);
        EXPECT_EQ(r.answer.content_type, "text/xml");
        EXPECT_EQ(r.answer.retry_after, std::chrono::seconds(7));
    }
}

TEST(answer, with_a_length_ends_there) {
    expect_body(read("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody"), "body", true);
}

TEST(answer, of_length_zero_or_without_a_body_is_complete) {
    expect_body(read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), "", true);
    expect_body(read("HTTP/1.1 204 None\r\n\r\n"), "", true);
}

TEST(answer, without_a_length_goes_on_until_the_connection_ends) {
    EXPECT_EQ(read("HTTP/1.1 200 OK\r\n\r\nbody").state, progress::more);
    expect_body(read("HTTP/1.1 200 OK\r\n\r\nbody", true), "body", false);
}

TEST(answer, is_the_last_one_of_a_connection_if_the_server_says_so) {
    expect_body(read("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nb"), "b", false);
    expect_body(read("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nb"), "b", false);
    expect_body(read("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\nb"), "b", true);
}

TEST(answer, that_is_followed_by_bytes_is_the_last_one) {
    expect_body(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nbHTTP/1.1 200 OK\r\n"), "b", false);
}

TEST(answer, that_is_followed_by_another_said_too_much_but_not_if_by_an_empty_line) {
    const std::string one = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb";
    answer_reader twice(limits);
    answer_reader with_a_line(limits);
    answer_reader once(limits);

    ASSERT_EQ(twice.feed(one + one), progress::complete);
    ASSERT_EQ(with_a_line.feed(one + "\r\n"), progress::complete);
    ASSERT_EQ(once.feed(one), progress::complete);

    EXPECT_TRUE(twice.said_too_much());
    EXPECT_FALSE(twice.keeps_alive());
    EXPECT_FALSE(with_a_line.said_too_much());
    EXPECT_FALSE(with_a_line.keeps_alive());
    EXPECT_FALSE(once.said_too_much());
    EXPECT_TRUE(once.keeps_alive());
}

TEST(answer, that_cannot_be_read_leaves_its_first_bytes_and_no_more_than_4_kib) {
    answer_reader reader({.header = 100'000, .body = 100'000});
    const auto bytes = "HTTP/1.1 200 OK\r\nX: " + std::string(10'000, 'x') + "\r\nno colon\r\n\r\n";

    EXPECT_EQ(feed(reader, bytes, 1000), progress::failed);

    EXPECT_EQ(reader.take_first_bytes(), bytes.substr(0, 4096));
}

TEST(answer, that_breaks_off_is_closed) {
    expect_failure(read("", true), transport_error::closed);
    expect_failure(read("HTTP/1.1 2", true), transport_error::closed);
    expect_failure(read("HTTP/1.1 100 Continue\r\n\r\n", true), transport_error::closed);
    expect_failure(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nbody", true), transport_error::closed);
    expect_failure(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n", true),
                   transport_error::closed);
}

TEST(answer, that_is_not_http_is_malformed) {
    expect_failure(read("SSH-2.0-OpenSSH\r\n\r\n"), transport_error::malformed);
    expect_failure(read("HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\nbody"), transport_error::malformed);
    expect_failure(read("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nbo"),
                   transport_error::malformed);
    expect_failure(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
                   transport_error::malformed);
    expect_failure(read("HTTP/1.1 101 Switching\r\n\r\n"), transport_error::malformed);
    expect_failure(read("HTTP/1.1 000 Nothing\r\nContent-Length: 0\r\n\r\n"), transport_error::malformed);
}

TEST(answer, with_a_content_encoding_is_malformed) {
    expect_failure(read("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nb"),
                   transport_error::malformed);
    expect_body(
        read("HTTP/1.1 200 OK\r\nContent-Encoding: Identity\r\nContent-Length: 1\r\n\r\nb"), "b", true);
}

TEST(answer, with_a_header_over_the_limit_is_too_large) {
    const std::string endless(limits.header + 1, 'x');

    expect_failure(read("HTTP/1.1 200 OK\r\nX: " + endless + "\r\n\r\n"), transport_error::too_large);
    expect_failure(read("HTTP/1.1 200 OK\r\nX: " + endless, false, 10), transport_error::too_large);
}

TEST(answer, with_a_body_over_the_limit_is_too_large) {
    const std::string endless(limits.body + 1, 'x');

    expect_failure(read("HTTP/1.1 200 OK\r\nContent-Length: 2049\r\n\r\n"), transport_error::too_large);
    expect_failure(read("HTTP/1.1 200 OK\r\n\r\n" + endless), transport_error::too_large);
    expect_failure(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n801\r\n" + endless),
                   transport_error::too_large);
}

TEST(answer, with_an_endless_chunk_line_or_trailer_is_too_large) {
    const std::string start = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string endless(limits.header + 1, 'x');

    expect_failure(read(start + "1;" + endless, false, 100), transport_error::too_large);
    expect_failure(read(start + "0\r\nX: " + endless, false, 100), transport_error::too_large);
}

TEST(answer, with_extensions_that_together_are_longer_than_a_body_is_too_large) {
    std::string bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string extension(500, 'x');
    for (std::size_t length = 0; length <= limits.body; length += extension.size())
        bytes += "1;" + extension + "\r\na\r\n";

    expect_failure(read(bytes), transport_error::too_large);
}

} // namespace
} // namespace contego::http
