#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

/// A text that came as bytes in some character set.
struct decoded {
    std::string text;  ///< valid UTF-8
    bool sound = true; ///< no byte was wrong
};

/// What is done about bytes that are wrong in their character set.
enum class wrong_bytes {
    replaced, ///< by U+FFFD
    refused,  ///< the text ends before the first of them
};

/// Bytes as UTF-8 without a byte order mark. Nothing if the character set that they name is none of UTF-8,
/// UTF-16, ISO-8859-x, Windows-125x and US-ASCII.
///
/// What says the character set, first to last: a byte order mark; `charset`, the parameter of the
/// Content-Type, unless it is empty; two-byte characters at the start; the XML declaration; else it is UTF-8.
/// Blank lines may stand before a mark or a declaration. If the bytes are wrong in the character set of the
/// Content-Type and right in that of the XML declaration, the declaration is believed.
[[nodiscard]] std::optional<decoded>
decode(std::string_view bytes, std::string_view charset, wrong_bytes wrong = wrong_bytes::replaced);

} // namespace contego::wire
