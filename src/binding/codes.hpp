#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

/// Returns whether the digits of a secret occur in a text as the numbers of their characters, one after the
/// other. The numbers may be decimal, octal or hexadecimal: `52,55,49,49`, `34 37 31 31`, `0x34,0x37,...`.
/// Takes a few passes over the text.
[[nodiscard]] bool is_in_codes(std::string_view text, std::string_view secret);

/// Returns the text with the digits of every script replaced by `0` to `9`. Takes one pass.
[[nodiscard]] std::string with_plain_digits(std::string_view text);

} // namespace contego::wire
