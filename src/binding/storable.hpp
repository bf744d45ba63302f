#pragma once

#include <contego/command.hpp>
#include <contego/exchange.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// The secrets of a command as they would stand in a text. Views into the command.
[[nodiscard]] std::vector<std::string_view> secrets_of(const command& c);

/// The text with `****` for every secret that stands in it alone: one next to a letter or digit is part of
/// another word, such as a PIN that happens to be in the middle of a card number.
[[nodiscard]] std::string without_secrets(std::string text, const std::vector<std::string_view>& secrets);

/// The body of an answer as it is stored; see contego::binding::storable. At most 1 MiB.
[[nodiscard]] std::string storable_body(const command& c, const exchange& e);

} // namespace contego::wire
