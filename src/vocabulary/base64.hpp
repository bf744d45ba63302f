#pragma once

#include <string>
#include <string_view>

namespace contego {

/// Returns bytes in Base64 of RFC 4648, padded with `=`. At most 1 GiB.
[[nodiscard]] std::string base64_of(std::string_view bytes);

} // namespace contego
