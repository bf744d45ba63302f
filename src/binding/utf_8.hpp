#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace contego::wire {

/// Replaces a character that cannot be read or stored.
inline constexpr char32_t replacement_character = 0xFFFD;

/// Returns the code point at `at`, and moves `at` behind it. `at` must be inside the text. A byte that begins
/// no valid sequence is U+FFFD and one byte long.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& at);

/// Returns how many bytes at the start of the text are ASCII.
[[nodiscard]] std::size_t length_of_ascii(std::string_view text);

/// Appends the code point as UTF-8.
void append_utf_8(std::string& out, char32_t c);

/// Returns the text as valid UTF-8 without NUL and without control characters other than tab and line ends.
/// Each invalid character becomes U+FFFD. The result fits a text column and a JSON document.
[[nodiscard]] std::string cleaned(std::string_view text);

/// Returns at most `length` bytes of valid UTF-8, cut between two characters.
[[nodiscard]] std::string_view shortened(std::string_view text, std::size_t length);

/// Returns at most `length` characters of valid UTF-8. A text that was longer ends with `...`.
[[nodiscard]] std::string abbreviated(std::string text, std::size_t length);

/// Returns whether the character is XML white space: blank, tab, line feed, carriage return.
[[nodiscard]] constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Returns the text without XML white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Returns whether an XML 1.0 document may contain the character, either literally or as its number.
[[nodiscard]] constexpr bool is_xml_character(char32_t c) {
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c <= 0x10FFFF);
}

} // namespace contego::wire
