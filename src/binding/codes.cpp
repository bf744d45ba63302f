#include "binding/codes.hpp"

#include "binding/utf_8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

namespace contego::wire {
namespace {

bool is_letter_or_digit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Removes `0x`, or the letter of an escape such as `\x34` and `\u{34}`.
std::string_view without_prefix(std::string_view word) {
    if (word.starts_with("0x") || word.starts_with("0X")) return word.substr(2);
    constexpr std::string_view letters = "xXuU";
    return letters.find(word.front()) == std::string_view::npos ? word : word.substr(1);
}

// Returns the digit that has this character number, or a blank if the number belongs to another character.
char meant_by(std::string_view word, int base) {
    unsigned n = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), n, base);
    const bool whole = error == std::errc() && end == word.data() + word.size();
    return whole && n >= '0' && n <= '9' ? static_cast<char>(n) : ' ';
}

std::string characters_of(std::string_view text, int base) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto* const begin =
            std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), is_letter_or_digit);
        const auto* const end = std::find_if_not(begin, text.end(), is_letter_or_digit);
        at = static_cast<std::size_t>(end - text.begin());
        if (begin == end) break;
        const auto word = without_prefix({begin, static_cast<std::size_t>(end - begin)});
        if (!word.empty()) out += meant_by(word, base);
    }
    return out;
}

// The zeros of Unicode's decimal digits. The other nine digits follow each of them.
constexpr std::array<char32_t, 36> zeros{
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90,
    0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};

char32_t plain(char32_t c) {
    constexpr char32_t first_mathematical = 0x1D7CE; // five alphabets, one after the other
    constexpr char32_t last_mathematical = 0x1D7FF;
    if (c >= first_mathematical && c <= last_mathematical) return U'0' + (c - first_mathematical) % 10;
    const auto* const behind = std::ranges::upper_bound(zeros, c);
    if (behind == zeros.begin()) return c;
    const auto digit = c - *std::prev(behind);
    return digit < 10 ? U'0' + digit : c;
}

} // namespace

bool is_in_codes(std::string_view text, std::string_view secret) {
    return std::ranges::any_of(std::array{8, 10, 16}, [&](int base) {
        return characters_of(text, base).find(secret) != std::string::npos;
    });
}

std::string with_plain_digits(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto run = length_of_ascii(text.substr(at));
        out.append(text, at, run);
        at += run;
        if (at < text.size()) append_utf_8(out, plain(next_code_point(text, at)));
    }
    return out;
}

} // namespace contego::wire
