#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace contego::http {

/// Returns the value of a Retry-After header: seconds, or one of the three forms of an HTTP date, counted
/// from `now`. A date that has passed gives 0. More than a year gives a year. Any other text gives nullopt.
[[nodiscard]] std::optional<std::chrono::seconds>
parse_retry_after(std::string_view text, std::chrono::system_clock::time_point now);

} // namespace contego::http
