#pragma once

#include <string>
#include <string_view>

namespace contego::queue {

/// Returns the SHA-256 of a text in lower-case hexadecimal digits, as sha256sum prints it.
[[nodiscard]] std::string checksum(std::string_view text);

} // namespace contego::queue
