#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// Replaces a secret in a text.
inline constexpr std::string_view mask = "****";

/// Returns the texts that show the secret inside Base64, after any bytes. A text that is too short
/// to tell anything is left out.
[[nodiscard]] std::vector<std::string> base64_forms(std::string_view secret);

/// Returns the hexadecimal digits of the secret, in UTF-8 and in UTF-16.
[[nodiscard]] std::vector<std::string> hexadecimal_forms(std::string_view secret);

/// Returns the text without blanks. Base64 may be broken into lines.
[[nodiscard]] std::string without_blanks(std::string_view text);

} // namespace contego::wire
