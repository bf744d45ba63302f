#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

/// The text with one level of escapes taken off, in whatever notation: `&#52;`, `&#x34;`, `&lt;`, `%34`,
/// `=34`, `\u0034`, `\u{34}`, `\x34`, `\064`. For finding what is hidden, not for reading. One pass.
[[nodiscard]] std::string unescaped(std::string_view text);

} // namespace contego::wire
