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

void append_utf_8(std::string& out, char32_t c);

/// The same text as valid UTF-8 without NUL and control characters other than tab and line ends; what is not
/// allowed becomes U+FFFD. A text column and a JSON document take it as it is.
[[nodiscard]] std::string cleaned(std::string_view text);

/// At most `length` bytes of valid UTF-8, cut between two characters.
[[nodiscard]] std::string_view shortened(std::string_view text, std::size_t length);

/// Without XML white space at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

} // namespace contego::wire
