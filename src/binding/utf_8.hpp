#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace contego::wire {

/// What stands for a character that cannot be told or kept.
inline constexpr char32_t replacement_character = 0xFFFD;

/// The code point at `at`, which moves behind it. A byte that begins no valid sequence is U+FFFD and one byte
/// long. `at` must be inside the text.
[[nodiscard]] char32_t next_code_point(std::string_view text, std::size_t& at);

/// How many bytes at the start of the text are ASCII.
[[nodiscard]] std::size_t length_of_ascii(std::string_view text);

void append_utf_8(std::string& out, char32_t c);

/// The same text as valid UTF-8 without NUL and control characters other than tab and line ends; what is not
/// allowed becomes U+FFFD. A text column and a JSON document take it as it is.
[[nodiscard]] std::string cleaned(std::string_view text);

/// At most `length` bytes of valid UTF-8, cut between two characters.
[[nodiscard]] std::string_view shortened(std::string_view text, std::size_t length);

/// At most `length` characters of valid UTF-8; what was longer ends with `...`.
[[nodiscard]] std::string abbreviated(std::string text, std::size_t length);

/// XML white space: blank, tab, line feed, carriage return.
[[nodiscard]] constexpr bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Without XML white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

/// Whether a document of XML 1.0 may hold the character, written or by its number.
[[nodiscard]] constexpr bool is_xml_character(char32_t c) {
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c < 0xD800 || (c > 0xDFFF && c < 0xFFFE) || (c > 0xFFFF && c <= 0x10FFFF);
}

} // namespace contego::wire
