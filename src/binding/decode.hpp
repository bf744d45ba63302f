#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

/// Bytes as valid UTF-8 without a byte order mark; bytes that are wrong in their character set become U+FFFD.
///
/// What says the character set, first to last: a byte order mark; `charset`, the parameter of the
/// Content-Type, where not empty; two-byte characters at the start; the XML declaration; else it is UTF-8.
/// Nothing where a character set is named that is none of UTF-8, UTF-16, ISO-8859-x, Windows-125x and
/// US-ASCII.
[[nodiscard]] std::optional<std::string> decode(std::string_view bytes, std::string_view charset);

} // namespace contego::wire
