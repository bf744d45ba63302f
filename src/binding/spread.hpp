#pragma once

#include <string_view>

namespace contego::wire {

/// Returns whether the digits of a secret occur in a text one after the other, separated only by blanks,
/// punctuation or markup. Examples are `12 34`, `<b>12</b>34`, and `<d v="1"/><d v="2"/>...`.
///
/// Runs of digits count as a whole, so that the secret is not found inside longer numbers. Letters between
/// the digits make it another text. The time is linear.
[[nodiscard]] bool is_spread_over(std::string_view text, std::string_view secret);

} // namespace contego::wire
