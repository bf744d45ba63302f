#include "queue/column.hpp"

#include <array>
#include <bit>
#include <limits>
#include <stdexcept>

namespace contego::queue::wire {
namespace {

constexpr char jsonb_version = 1;

/// Appends a number in network byte order.
template <typename T>
void append_bytes(std::string& to, T v) {
    std::array<char, sizeof v> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<char>(v >> 8U * (bytes.size() - 1 - i) & 0xFFU);
    to.append(bytes.data(), bytes.size());
}

std::uint32_t length_of(std::size_t bytes) {
    if (bytes > std::numeric_limits<std::int32_t>::max())
        throw std::length_error("a value is larger than PostgreSQL accepts");
    return static_cast<std::uint32_t>(bytes);
}

} // namespace

void append(std::string& to, bool v) {
    append_bytes(to, std::uint32_t{1});
    to += static_cast<char>(v);
}

void append(std::string& to, std::int64_t v) {
    append_bytes(to, std::uint32_t{sizeof v});
    append_bytes(to, static_cast<std::uint64_t>(v));
}

void append(std::string& to, std::int32_t v) {
    append_bytes(to, std::uint32_t{sizeof v});
    append_bytes(to, static_cast<std::uint32_t>(v));
}

void append(std::string& to, std::string_view v) {
    append_bytes(to, length_of(v.size()));
    to += v;
}

void append(std::string& to, double v) {
    append_bytes(to, std::uint32_t{sizeof v});
    append_bytes(to, std::bit_cast<std::uint64_t>(v));
}

void append(std::string& to, json_text v) {
    append_bytes(to, length_of(v.text.size() + 1));
    to += jsonb_version;
    to += v.text;
}

void append_null(std::string& to) {
    append_bytes(to, ~std::uint32_t{0});
}

std::string array_header(std::int32_t type, std::int32_t count) {
    std::string header;
    append_bytes(header, std::uint32_t{1}); // number of dimensions
    append_bytes(header, std::uint32_t{1}); // flag: the array may contain NULLs
    append_bytes(header, static_cast<std::uint32_t>(type));
    append_bytes(header, static_cast<std::uint32_t>(count));
    append_bytes(header, std::uint32_t{1}); // lower bound
    return header;
}

} // namespace contego::queue::wire
