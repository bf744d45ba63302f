#include "binding/utf_8.hpp"

namespace contego::wire {
namespace {

struct sequence {
    std::size_t length;
    char32_t lowest; // below it, the sequence is longer than it need be
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

} // namespace

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
        const auto run = at;
        while (at < text.size() && is_plain(static_cast<unsigned char>(text[at])))
            ++at;
        out.append(text, run, at - run);
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
