#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

/// Whether the digits of a secret stand in a text as numbers of their characters, one after the other,
/// decimal, octal or hexadecimal: `52,55,49,49`, `34 37 31 31`, `0x34,0x37,...`. A few passes.
[[nodiscard]] bool is_in_codes(std::string_view text, std::string_view secret);

/// The text with the digits of every script as `0` to `9`. One pass.
[[nodiscard]] std::string with_plain_digits(std::string_view text);

} // namespace contego::wire
