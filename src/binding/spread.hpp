#pragma once

#include <string_view>

namespace contego::wire {

/// Whether the digits of a secret stand in a text one after the other with only blanks, punctuation or markup
/// between them: `12 34`, `<b>12</b>34`, `<d v="1"/><d v="2"/>...`. Runs of digits count as a whole, so that
/// the secret is not found in longer numbers; letters between them make it something else. Linear.
[[nodiscard]] bool is_spread_over(std::string_view text, std::string_view secret);

} // namespace contego::wire
