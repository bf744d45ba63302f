#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace contego::http {

/// The value of a Retry-After header: seconds, or one of the three forms of an HTTP date, counted from `now`.
/// A date that has passed is 0; more than a year is a year; nothing for any other text.
[[nodiscard]] std::optional<std::chrono::seconds>
parse_retry_after(std::string_view text, std::chrono::system_clock::time_point now);

} // namespace contego::http
