#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

/// Returns the text with one level of escapes removed, in any notation: `&#52;`, `&#x34;`, `&lt;`, `%34`,
/// `=34`, `\u0034`, `\u{34}`, `\x34`, `\064`. Use it to find hidden secrets, not to read text. Takes one
/// pass.
[[nodiscard]] std::string unescaped(std::string_view text);

} // namespace contego::wire
