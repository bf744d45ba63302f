#include "binding/utf_8.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace contego::wire {
namespace {

struct sequence {
    std::size_t length;
    char32_t lowest; // a sequence with a smaller value is longer than necessary
    char32_t bits;
};

sequence sequence_of(unsigned char first) {
    if (first >= 0xC2 && first < 0xE0) return {.length = 2, .lowest = 0x80, .bits = first & 0x1FU};
    if (first >= 0xE0 && first < 0xF0) return {.length = 3, .lowest = 0x800, .bits = first & 0x0FU};
    if (first >= 0xF0 && first < 0xF5) return {.length = 4, .lowest = 0x10000, .bits = first & 0x07U};
    return {.length = 0, .lowest = 0, .bits = 0};
}

bool is_scalar(char32_t c) {
    return c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

bool is_kept(char32_t c) {
    return c >= 0x20 || c == '\t' || c == '\n' || c == '\r';
}

bool is_plain(unsigned char c) {
    return c < 0x80 && is_kept(c);
}

constexpr std::uint64_t every_byte(std::uint64_t value) {
    return value * 0x0101010101010101U;
}

/// Returns the length of the beginning in which `has_other` finds nothing. It is asked for eight bytes at
/// once.
template <typename HasOther>
std::size_t length_of_run(std::string_view text, HasOther has_other) {
    std::size_t at = 0;
    std::uint64_t eight = 0;
    for (; at + sizeof eight <= text.size(); at += sizeof eight) {
        std::memcpy(&eight, text.data() + at, sizeof eight);
        if (has_other(eight)) break;
    }
    return at;
}

/// Counts bytes from 0x20 to 0x7F only, in steps of eight. The caller looks at the rest.
std::size_t length_of_printable_run(std::string_view text) {
    // A byte below 0x20 borrows from its own high bit.
    return length_of_run(
        text, [](std::uint64_t w) { return ((w | (w - every_byte(0x20))) & every_byte(0x80)) != 0; });
}

/// Returns how many bytes at the start of the text `cleaned` leaves unchanged.
std::size_t length_of_plain(std::string_view text) {
    std::size_t at = 0;
    for (;;) {
        at += length_of_printable_run(text.substr(at));
        const auto end_of_eight = std::min(at + sizeof(std::uint64_t), text.size());
        while (at < end_of_eight && is_plain(static_cast<unsigned char>(text[at])))
            ++at;
        if (at < end_of_eight || at == text.size()) return at;
    }
}

} // namespace

std::size_t length_of_ascii(std::string_view text) {
    auto at = length_of_run(text, [](std::uint64_t w) { return (w & every_byte(0x80)) != 0; });
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80)
        ++at;
    return at;
}

char32_t next_code_point(std::string_view text, std::size_t& at) {
    const auto first = static_cast<unsigned char>(text[at++]);
    if (first < 0x80) return first;
    const auto [length, lowest, bits] = sequence_of(first);
    if (length == 0 || at + length - 1 > text.size()) return replacement_character;
    auto c = bits;
    for (std::size_t i = 0; i + 1 < length; ++i) {
        const auto byte = static_cast<unsigned char>(text[at + i]);
        if ((byte & 0xC0U) != 0x80U) return replacement_character;
        c = (c << 6U) | (byte & 0x3FU);
    }
    if (c < lowest || !is_scalar(c)) return replacement_character;
    at += length - 1;
    return c;
}

void append_utf_8(std::string& out, char32_t c) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0U | (c >> 6U));
        tail(0);
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0U | (c >> 12U));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0U | (c >> 18U));
        tail(12);
        tail(6);
        tail(0);
    }
}

std::string cleaned(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const auto run = length_of_plain(text.substr(at));
        out.append(text, at, run);
        at += run;
        if (at == text.size()) break;
        const auto c = next_code_point(text, at);
        append_utf_8(out, is_kept(c) ? c : replacement_character);
    }
    return out;
}

std::string_view shortened(std::string_view text, std::size_t length) {
    if (text.size() <= length) return text;
    while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0U) == 0x80U)
        --length;
    return text.substr(0, length);
}

std::string abbreviated(std::string text, std::size_t length) {
    constexpr std::string_view dots = "...";
    if (text.size() <= length) return text;
    std::size_t kept = 0;
    std::size_t characters = 0;
    for (std::size_t at = 0; at < text.size(); ++characters) {
        if (characters + dots.size() == length) kept = at;
        if (characters == length) {
            text.resize(kept);
            return text += dots;
        }
        (void)next_code_point(text, at);
    }
    return text;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_space(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_space(text.back()))
        text.remove_suffix(1);
    return text;
}

} // namespace contego::wire
