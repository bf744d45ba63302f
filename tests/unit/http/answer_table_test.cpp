#include "client_fixture.hpp"
#include "http/answer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <string_view>

namespace contego::http {
namespace {

using progress = answer_reader::progress;

constexpr answer_limits limits{.header = 1024, .body = 2048};

/// The bytes that a server sends before it closes the connection, and the expected result.
struct row {
    const char* name;
    std::string bytes;
    transport_error error; ///< none: the body is `<a/>`
    bool keeps_alive;
};

std::ostream& operator<<(std::ostream& out, const row& r) {
    return out << r.name;
}

class answer_table : public ::testing::TestWithParam<row> {};

TEST_P(answer_table, holds_however_the_bytes_are_cut) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{100'000}}) {
        answer_reader reader(limits);
        auto state = progress::more;
        const std::string_view bytes = GetParam().bytes;
        for (std::size_t at = 0; at < bytes.size() && state == progress::more; at += piece)
            state = reader.feed(bytes.substr(at, piece));
        if (state == progress::more) state = reader.end();

        EXPECT_EQ(reader.error(), GetParam().error) << reader.detail();
        EXPECT_EQ(state, GetParam().error == transport_error::none ? progress::complete : progress::failed);
        if (state != progress::complete) {
            EXPECT_TRUE(bytes.starts_with(reader.take_first_bytes())) << "the first bytes are kept";
            continue;
        }
        EXPECT_EQ(reader.keeps_alive(), GetParam().keeps_alive);
        exchange out;
        reader.move_into(out, std::chrono::system_clock::now());
        EXPECT_EQ(out.body, "<a/>");
        EXPECT_EQ(out.http_status, 200);
    }
}

std::string with(const std::string& fields, const std::string& body = "<a/>") {
    return "HTTP/1.1 200 OK\r\n" + fields + "\r\n" + body;
}

const auto length = std::string("Content-Length: 4\r\n");
const auto chunked = std::string("Transfer-Encoding: chunked\r\n");
const auto chunk = std::string("4\r\n<a/>\r\n0\r\n\r\n");

constexpr auto fine = transport_error::none;
constexpr auto malformed = transport_error::malformed;
constexpr auto closed = transport_error::closed;
constexpr auto too_large = transport_error::too_large;

const auto named = [](const auto& p) { return std::string(p.param.name); };

INSTANTIATE_TEST_SUITE_P(
    status_line,
    answer_table,
    ::testing::Values(
        row{"as_it_should_be", with(length), fine, true},
        row{"without_a_reason", "HTTP/1.1 200\r\n" + length + "\r\n<a/>", fine, true},
        row{"with_an_empty_reason", "HTTP/1.1 200 \r\n" + length + "\r\n<a/>", fine, true},
        row{"with_bytes_of_any_kind_in_the_reason",
            "HTTP/1.1 200 \xe9\x01\r\n" + length + "\r\n<a/>",
            fine,
            true},
        row{"in_lower_case", "http/1.1 200 ok\r\n" + length + "\r\n<a/>", fine, false},
        row{"with_two_blanks", "HTTP/1.1  200 OK\r\n" + length + "\r\n<a/>", fine, false},
        row{"with_a_tab", "HTTP/1.1\t200\tOK\r\n" + length + "\r\n<a/>", fine, false},
        row{"after_empty_lines", "\r\n\r\n" + with(length), fine, false},
        row{"after_an_empty_bare_line", "\n" + with(length), fine, false},
        row{"of_a_later_1_x", "HTTP/1.2 200 OK\r\n" + length + "\r\n<a/>", fine, true},
        row{"of_2_0", "HTTP/2.0 200 OK\r\n" + length + "\r\n<a/>", malformed, false},
        row{"of_2", "HTTP/2 200\r\n" + length + "\r\n<a/>", malformed, false},
        row{"of_a_long_version", "HTTP/1.10 200 OK\r\n" + length + "\r\n<a/>", malformed, false},
        row{"with_four_digits", "HTTP/1.1 2000 OK\r\n" + length + "\r\n<a/>", malformed, false},
        row{"with_two_digits", "HTTP/1.1 20 OK\r\n" + length + "\r\n<a/>", malformed, false},
        row{"below_100", "HTTP/1.1 099 OK\r\n" + length + "\r\n<a/>", malformed, false},
        row{"with_a_sign", "HTTP/1.1 +20 OK\r\n" + length + "\r\n<a/>", malformed, false},
        row{"without_a_status", "HTTP/1.1\r\n" + length + "\r\n<a/>", malformed, false},
        row{"after_a_blank", " HTTP/1.1 200 OK\r\n" + length + "\r\n<a/>", malformed, false},
        row{"of_shoutcast", "ICY 200 OK\r\n" + length + "\r\n<a/>", malformed, false},
        row{"of_http_0_9", "<a/>", malformed, false},
        row{"of_tls", std::string("\x15\x03\x01\x00\x02\x02\x46", 7), malformed, false},
        row{"that_is_never_there", "", closed, false},
        row{"that_breaks_off", "HTTP/1.1 20", closed, false},
        row{"that_is_preceded_by_lines_without_end", std::string(2000, '\n'), too_large, false}),
    named);

INSTANTIATE_TEST_SUITE_P(
    header,
    answer_table,
    ::testing::Values(
        row{"with_bare_line_feeds", "HTTP/1.1 200 OK\nContent-Length: 4\n\n<a/>", fine, false},
        row{"with_mixed_line_ends", "HTTP/1.1 200 OK\r\nX: y\n" + length + "\r\n<a/>", fine, false},
        row{"folded", with("X: y\r\n z\r\n\tw\r\n" + length), fine, false},
        row{"folded_length", with("Content-Length:\r\n 4\r\n"), fine, false},
        row{"folded_before_the_first_field", with(" X: y\r\n" + length), malformed, false},
        row{"with_a_blank_before_the_colon", with("Content-Length : 4\r\n"), fine, false},
        row{"without_a_blank_behind_the_colon", with("Content-Length:4\r\n"), fine, true},
        row{"with_blanks_around_the_value", with("Content-Length: \t 4 \t\r\n"), fine, true},
        row{"in_upper_case", with("CONTENT-LENGTH: 4\r\n"), fine, true},
        row{"with_an_empty_value", with("X:\r\n" + length), fine, true},
        row{"with_high_bytes", with("X: \xc3\xa9\xff\r\n" + length), fine, true},
        row{"with_a_colon_in_the_value", with("X: a:b\r\n" + length), fine, true},
        row{"without_a_colon", with("X\r\n" + length), malformed, false},
        row{"with_an_empty_name", with(": y\r\n" + length), malformed, false},
        row{"with_a_blank_in_the_name", with("X y: z\r\n" + length), malformed, false},
        row{"with_a_zero_byte", with(std::string("X: a\0b\r\n", 8) + length), malformed, false},
        row{"with_a_lone_carriage_return", with("X: a\rb\r\n" + length), malformed, false},
        row{"that_breaks_off", "HTTP/1.1 200 OK\r\n" + length, closed, false},
        row{"over_the_limit", with("X: " + std::string(2000, 'x') + "\r\n" + length), too_large, false},
        row{"of_many_lines_over_the_limit",
            with([] {
                std::string s;
                for (int n = 0; n < 300; ++n)
                    s += "X: y\r\n";
                return s;
            }() + length),
            too_large,
            false},
        row{"compressed", with("Content-Encoding: gzip\r\n" + length), malformed, false},
        row{"that_says_identity", with("Content-Encoding: Identity\r\n" + length), fine, true}),
    named);

INSTANTIATE_TEST_SUITE_P(
    length,
    answer_table,
    ::testing::Values(
        row{"twice_the_same", with(length + length), fine, false},
        row{"twice_in_a_list", with("Content-Length: 4, 4\r\n"), fine, false},
        row{"twice_with_leading_zeros", with("Content-Length: 4\r\nContent-Length: 04\r\n"), fine, false},
        row{"twice_and_different", with(length + "Content-Length: 5\r\n"), malformed, false},
        row{"two_in_a_list", with("Content-Length: 4, 5\r\n"), malformed, false},
        row{"empty", with("Content-Length:\r\n"), malformed, false},
        row{"negative", with("Content-Length: -4\r\n"), malformed, false},
        row{"with_a_plus", with("Content-Length: +4\r\n"), malformed, false},
        row{"hexadecimal", with("Content-Length: 0x4\r\n"), malformed, false},
        row{"with_a_fraction", with("Content-Length: 4.0\r\n"), malformed, false},
        row{"of_two_words", with("Content-Length: 4 4\r\n"), malformed, false},
        row{"over_the_limit", with("Content-Length: 2049\r\n"), too_large, false},
        row{"over_every_number", with("Content-Length: 99999999999999999999999\r\n"), too_large, false},
        row{"longer_than_the_body", with("Content-Length: 5\r\n"), closed, false},
        row{"none", with(""), fine, false},
        row{"none_and_to_be_kept", with("Connection: keep-alive\r\n"), fine, false},
        row{"none_and_over_the_limit", with("", std::string(2049, 'x')), too_large, false},
        row{"to_be_closed", with("Connection: close\r\n" + length), fine, false},
        row{"to_be_closed_among_others", with("Connection: upgrade, Close\r\n" + length), fine, false},
        row{"of_1_0", "HTTP/1.0 200 OK\r\n" + length + "\r\n<a/>", fine, false},
        row{"of_1_0_and_to_be_kept",
            "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\n" + length + "\r\n<a/>",
            fine,
            true},
        row{"none_of_1_0", "HTTP/1.0 200 OK\r\n\r\n<a/>", fine, false}),
    named);

INSTANTIATE_TEST_SUITE_P(
    chunks,
    answer_table,
    ::testing::Values(
        row{"as_they_should_be", with(chunked, chunk), fine, true},
        row{"two", with(chunked, "1\r\n<\r\n3\r\na/>\r\n0\r\n\r\n"), fine, true},
        row{"in_another_case", with("transfer-encoding: Chunked\r\n", chunk), fine, true},
        row{"behind_identity", with("Transfer-Encoding: identity, chunked\r\n", chunk), fine, true},
        row{"only_identity", with("Transfer-Encoding: identity\r\n" + length), fine, true},
        row{"with_blanks_behind_the_size", with(chunked, "4  \t\r\n<a/>\r\n0 \r\n\r\n"), fine, true},
        row{"padded_with_many_blanks",
            with(chunked, "4" + std::string(500, ' ') + "\r\n<a/>\r\n0\r\n\r\n"),
            fine,
            true},
        row{"with_leading_zeros", with(chunked, "0000000000000000000004\r\n<a/>\r\n000\r\n\r\n"), fine, true},
        row{"with_extensions", with(chunked, "4;a=b;c=\"d\"\r\n<a/>\r\n0;e\r\n\r\n"), fine, true},
        row{"with_a_blank_before_the_extension", with(chunked, "4 ;a\r\n<a/>\r\n0\r\n\r\n"), fine, true},
        row{"with_trailers", with(chunked, "4\r\n<a/>\r\n0\r\nX: y\r\nZ: w\r\n\r\n"), fine, true},
        row{"with_bare_line_feeds", with(chunked, "4\n<a/>\n0\n\n"), fine, false},
        row{"without_the_last_empty_line", with(chunked, "4\r\n<a/>\r\n0\r\n"), fine, false},
        row{"and_a_length", with(length + chunked, chunk), fine, false},
        row{"and_a_wrong_length", with("Content-Length: x\r\n" + chunked, chunk), fine, false},
        row{"of_1_0",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + chunked + "\r\n" + chunk,
            fine,
            false},
        row{"without_the_last", with(chunked, "4\r\n<a/>\r\n"), closed, false},
        row{"that_break_off", with(chunked, "4\r\n<a"), closed, false},
        row{"longer_than_said", with(chunked, "3\r\n<a/>\r\n0\r\n\r\n"), malformed, false},
        row{"shorter_than_said", with(chunked, "5\r\n<a/>\r\n0\r\n\r\n"), malformed, false},
        row{"of_no_size", with(chunked, "\r\n<a/>\r\n0\r\n\r\n"), malformed, false},
        row{"after_a_blank", with(chunked, " 4\r\n<a/>\r\n0\r\n\r\n"), malformed, false},
        row{"of_a_size_in_words", with(chunked, "four\r\n<a/>\r\n0\r\n\r\n"), malformed, false},
        row{"of_a_prefixed_size", with(chunked, "0x4\r\n<a/>\r\n0\r\n\r\n"), malformed, false},
        row{"of_a_negative_size", with(chunked, "-4\r\n<a/>\r\n0\r\n\r\n"), malformed, false},
        row{"of_two_sizes", with(chunked, "4 4\r\n<a/>\r\n0\r\n\r\n"), malformed, false},
        row{"over_the_limit", with(chunked, "801\r\n"), too_large, false},
        row{"over_every_number", with(chunked, "fffffffffffffffffffff\r\n"), too_large, false},
        row{"that_would_wrap_around", with(chunked, "4\r\n<a/>\r\nfffffffffffffffc\r\n"), too_large, false},
        row{"with_an_extension_over_the_limit",
            with(chunked, "4;" + std::string(2000, 'x')),
            too_large,
            false},
        row{"with_trailers_over_the_limit",
            with(chunked, "4\r\n<a/>\r\n0\r\nX: " + std::string(2000, 'x')),
            too_large,
            false},
        row{"of_chunks", with("Transfer-Encoding: chunked, chunked\r\n", chunk), malformed, false},
        row{"of_something_compressed", with("Transfer-Encoding: gzip, chunked\r\n", chunk), malformed, false},
        row{"of_an_unknown_coding", with("Transfer-Encoding: xchunked\r\n", chunk), malformed, false}),
    named);

const auto interim = std::string("HTTP/1.1 100 Continue\r\n\r\n");

std::string times(int count, const std::string& what) {
    std::string out;
    for (int n = 0; n < count; ++n)
        out += what;
    return out;
}

INSTANTIATE_TEST_SUITE_P(
    interim,
    answer_table,
    ::testing::Values(
        row{"once", interim + with(length), fine, true},
        row{"with_a_length_of_its_own",
            "HTTP/1.1 103 Hints\r\nContent-Length: 9\r\n\r\n" + with(length),
            fine,
            true},
        row{"eight_times", times(8, interim) + with(length), fine, true},
        row{"nine_times", times(9, interim) + with(length), malformed, false},
        row{"without_end", times(1000, interim), malformed, false},
        row{"of_all_kinds",
            times(3, interim + "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Hints\r\nX: y\r\n\r\n"),
            malformed,
            false},
        row{"to_another_protocol", "HTTP/1.1 101 Switching\r\n\r\n", malformed, false},
        row{"and_nothing_more", interim, closed, false}),
    named);

} // namespace
} // namespace contego::http
