#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

/// A text that was decoded from bytes in some character set.
struct decoded {
    std::string text;  ///< valid UTF-8
    bool sound = true; ///< every byte was valid
};

/// How bytes are treated that are invalid in their character set.
enum class wrong_bytes {
    replaced, ///< each becomes U+FFFD
    refused,  ///< the text ends before the first of them
};

/// Returns the bytes as UTF-8 without a byte order mark. Returns nullopt if their character set is not UTF-8,
/// UTF-16, ISO-8859-x, Windows-125x or US-ASCII.
///
/// The character set is taken from the first of these that is present: a byte order mark; `charset`, which is
/// the parameter of the Content-Type; two-byte characters at the start; the XML declaration. Otherwise it is
/// UTF-8.
///
/// Blank lines may precede a mark or a declaration. If the bytes are invalid in the character set of the
/// Content-Type but valid in that of the XML declaration, the declaration is used.
[[nodiscard]] std::optional<decoded>
decode(std::string_view bytes, std::string_view charset, wrong_bytes wrong = wrong_bytes::replaced);

} // namespace contego::wire
