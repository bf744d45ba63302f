#include "unit/conformance/conformance.hpp"

#include <cstdio>

// How an answer is cut out of the bytes of a connection.

namespace contego::conformance {
namespace {

std::string hexadecimal(std::size_t n) {
    char text[20];
    std::snprintf(text, sizeof text, "%zx", n);
    return text;
}

std::string head(std::string_view fields, std::string_view line = "HTTP/1.1 200 OK") {
    return std::string(line) + "\r\nContent-Type: text/xml\r\n" + std::string(fields) + "\r\n";
}

std::string length(std::size_t n = status().size()) {
    return "Content-Length: " + std::to_string(n) + "\r\n";
}

constexpr std::string_view chunked = "Transfer-Encoding: chunked\r\n";

std::string chunks(std::string_view behind_the_size = "", std::string_view trailers = "") {
    return hexadecimal(status().size()) + std::string(behind_the_size) + "\r\n" + status() + "\r\n0\r\n" +
           std::string(trailers) + "\r\n";
}

} // namespace

std::vector<conformance_case> framing() {
    std::vector<conformance_case> all;
    const auto add = [&](std::string name,
                         std::string_view source,
                         std::string bytes,
                         ending then,
                         verdicts v = done,
                         bool reused = false) {
        all.push_back({"framing_" + std::move(name), source, std::move(bytes), then, v, reused});
    };
    using enum ending;
    const auto closed = perhaps("TRANSPORT_CLOSED");
    const auto malformed = perhaps("TRANSPORT_MALFORMED");
    add("length_and_keep", "RFC 9112, 9.3", head(length()) + status(), keeps, done, true);
    add("length_and_close", "RFC 9112, 9.6", head("Connection: close\r\n" + length()) + status(), closes);
    add("length_and_reset",
        "the answer is whole",
        head("Connection: close\r\n" + length()) + status(),
        closes);
    add("length_twice_the_same", "RFC 9112, 6.3", head(length() + length()) + status(), keeps);
    add("length_twice_and_different",
        "RFC 9112, 6.3: unrecoverable",
        head(length() + length(5)) + status(),
        closes,
        malformed);
    add("length_too_long",
        "RFC 9112, 8: incomplete",
        head(length(status().size() + 10)) + status(),
        closes,
        closed);
    add("length_too_short",
        "RFC 9112, 6.3: the rest is no part of it",
        head(length(status().size() - 5)) + status(),
        closes,
        unclear("UNREADABLE_ANSWER"));
    add("none_until_closed", "RFC 9112, 6.3", head("") + status(), closes);
    add("none_until_reset", "RFC 9112, 8: an unorderly end is no end", head("") + status(), resets, closed);
    add("http_1_0", "RFC 9112, 9.3", head(length(), "HTTP/1.0 200 OK") + status(), closes);
    add("http_1_0_keep_alive",
        "RFC 9112, C.2.2",
        head("Connection: keep-alive\r\n" + length(), "HTTP/1.0 200 OK") + status(),
        keeps,
        done,
        true);
    add("chunks", "RFC 9112, 7.1", head(chunked) + chunks(), keeps, done, true);
    add("chunks_with_blanks_behind_the_size",
        "some servers pad the size",
        head(chunked) + chunks("   "),
        keeps,
        done,
        true);
    add("chunks_with_an_extension", "RFC 9112, 7.1.1", head(chunked) + chunks(";a=\"b\""), keeps, done, true);
    add("chunks_with_trailers",
        "RFC 9112, 7.1.2",
        head(chunked) + chunks("", "X-Sum: 1\r\n"),
        keeps,
        done,
        true);
    add("chunks_and_a_length",
        "RFC 9112, 6.3: chunks win, the connection is not used again",
        head(length(3) + std::string(chunked)) + chunks(),
        keeps);
    add("chunks_without_the_last",
        "RFC 9112, 8: incomplete",
        head(chunked) + hexadecimal(status().size()) + "\r\n" + status() + "\r\n",
        closes,
        closed);
    add("chunks_of_no_number", "RFC 9112, 7.1", head(chunked) + "zz\r\n" + status(), closes, malformed);
    add("interim_once",
        "RFC 9110, 15.2",
        "HTTP/1.1 100 Continue\r\n\r\n" + head(length()) + status(),
        keeps,
        done,
        true);
    add("interim_of_hints",
        "RFC 8297",
        "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + head(length()) + status(),
        keeps,
        done,
        true);
    add(
        "interim_without_end",
        "a bound of ours",
        [] {
            std::string many;
            for (int n = 0; n < 50; ++n)
                many += "HTTP/1.1 100 Continue\r\n\r\n";
            return many;
        }(),
        closes,
        malformed);
    add("switched_protocol",
        "RFC 9110, 7.8: never asked for",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n",
        closes,
        malformed);
    add("compressed_unasked",
        "RFC 9110, 12.5.3: contegod accepts identity only",
        head("Content-Encoding: gzip\r\n" + length(4)) + "\x1f\x8b\x08\x00",
        closes,
        malformed);
    add("folded_header",
        "RFC 9112, 5.2",
        "HTTP/1.1 200 OK\r\nContent-Type: text/xml;\r\n charset=utf-8\r\n" + length() + "\r\n" + status(),
        keeps);
    add("bare_line_feeds",
        "RFC 9112, 2.2",
        "HTTP/1.1 200 OK\nContent-Type: text/xml\nContent-Length: " + std::to_string(status().size()) +
            "\n\n" + status(),
        keeps);
    add(
        "header_of_many_fields",
        "a bound of ours",
        [] {
            std::string many = "HTTP/1.1 200 OK\r\n";
            for (int n = 0; n < 10'000; ++n)
                many += "X: y\r\n";
            return many + "\r\n";
        }(),
        closes,
        perhaps("TRANSPORT_TOO_LARGE"));
    add("length_over_every_bound",
        "a bound of ours",
        head("Content-Length: 99999999999\r\n") + status(),
        closes,
        perhaps("TRANSPORT_TOO_LARGE"));
    add("something_behind_the_answer",
        "RFC 9112, 9.2: never the answer of another",
        head(length()) + status() + head(length()) + status("BUSY"),
        keeps);
    add("an_empty_line_behind_the_answer", "old servers", head(length()) + status() + "\r\n", closes);
    add("no_http_at_all", "RFC 9112, 4", "220 smtp ready\r\n", closes, malformed);
    add("http_2_preface", "RFC 9113, 3.4", std::string("\0\0\x12\4\0\0\0\0\0", 9), closes, malformed);
    add("nothing", "RFC 9112, 9.5", "", closes, closed);
    add("nothing_and_a_reset", "RFC 9112, 9.5", "", resets, closed);
    add("half_a_status_line", "RFC 9112, 8", "HTTP/1.1 2", closes, closed);
    add("half_a_header", "RFC 9112, 8", "HTTP/1.1 200 OK\r\nContent-Le", closes, closed);
    return all;
}

} // namespace contego::conformance
