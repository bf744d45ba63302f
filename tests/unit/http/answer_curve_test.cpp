#include "http/answer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace contego::http {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t mib = std::size_t{1} << 20U;
constexpr answer_limits limits{.header = mib, .body = 4 * mib};

std::string with_length(std::size_t bytes) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n" +
           std::string(bytes, 'x');
}

std::string up_to_the_end(std::size_t bytes) {
    return "HTTP/1.1 200 OK\r\n\r\n" + std::string(bytes, 'x');
}

std::string in_chunks(std::size_t chunks, std::string_view chunk) {
    std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    out.reserve(out.size() + chunks * chunk.size());
    for (std::size_t n = 0; n < chunks; ++n)
        out += chunk;
    return out + "0\r\n\r\n";
}

std::string in_chunks_of_a_byte(std::size_t bytes) {
    return in_chunks(bytes, "1\r\nx\r\n");
}

std::string in_chunks_with_extensions(std::size_t bytes) {
    return in_chunks(bytes / 16, "1;abcdefghijklmn\r\nx\r\n");
}

std::string with_many_fields(std::size_t bytes) {
    std::string out = "HTTP/1.1 200 OK\r\n";
    while (out.size() + 100 < bytes / 4)
        out += "X: y\r\n z\r\n";
    return out + "Content-Length: 0\r\n\r\n";
}

std::string with_a_long_field(std::size_t bytes) {
    return "HTTP/1.1 200 OK\r\nX: " + std::string(bytes / 4 - 100, ',') + "\r\nContent-Length: 0\r\n\r\n";
}

struct shape {
    const char* name;
    std::string (*make)(std::size_t);
    std::size_t piece;
    std::size_t bytes; ///< of the shorter body; with sanitizers each call is expensive
};

std::ostream& operator<<(std::ostream& out, const shape& s) {
    return out << s.name;
}

class answer_curve : public ::testing::TestWithParam<shape> {};

/// Returns the shortest of a few measurements, since the machine may be busy.
steady_clock::duration time_to_read(const shape& s, std::size_t bytes) {
    const auto text = s.make(bytes);
    const auto piece = s.piece;
    auto best = steady_clock::duration::max();
    for (int n = 0; n < 3; ++n) {
        const auto begin = steady_clock::now();
        answer_reader reader(limits);
        auto state = answer_reader::progress::more;
        for (std::size_t at = 0; at < text.size() && state == answer_reader::progress::more; at += piece)
            state = reader.feed(std::string_view(text).substr(at, piece));
        if (state == answer_reader::progress::more) state = reader.end();
        EXPECT_EQ(state, answer_reader::progress::complete) << reader.detail();
        best = std::min(best, steady_clock::now() - begin);
    }
    return best;
}

// Four times as many bytes take four times as long. They would take sixteen times as long if each byte were
// read again and again.
TEST_P(answer_curve, grows_linearly_with_the_bytes) {
    const auto one = time_to_read(GetParam(), GetParam().bytes);
    const auto four = time_to_read(GetParam(), 4 * GetParam().bytes);

    EXPECT_LT(four, 10 * std::max<steady_clock::duration>(one, std::chrono::milliseconds(10)));
    EXPECT_LT(four, std::chrono::seconds(20));
}

INSTANTIATE_TEST_SUITE_P(
    shapes,
    answer_curve,
    ::testing::Values(shape{"with_length", &with_length, 16'384, mib},
                      shape{"with_length_by_the_byte", &with_length, 1, mib / 8},
                      shape{"up_to_the_end", &up_to_the_end, 16'384, mib},
                      shape{"up_to_the_end_by_the_byte", &up_to_the_end, 1, mib / 8},
                      shape{"chunks_of_a_byte", &in_chunks_of_a_byte, 16'384, mib / 8},
                      shape{"chunks_of_a_byte_by_the_byte", &in_chunks_of_a_byte, 1, mib / 32},
                      shape{"chunks_with_extensions", &in_chunks_with_extensions, 16'384, mib},
                      shape{"many_fields", &with_many_fields, 16'384, mib},
                      shape{"many_fields_by_the_byte", &with_many_fields, 1, mib / 8},
                      shape{"a_long_field", &with_a_long_field, 16'384, mib},
                      shape{"a_long_field_by_the_byte", &with_a_long_field, 1, mib / 8}),
    [](const auto& p) { return std::string(p.param.name); });

} // namespace
} // namespace contego::http
