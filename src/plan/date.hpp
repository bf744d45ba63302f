#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace contego::planning {

/// A point in time, exact for all years that can be written.
struct instant {
    std::int64_t seconds = 0; ///< since 1970 in UTC, as POSIX counts them
    std::int64_t nanoseconds = 0;

    friend auto operator<=>(const instant&, const instant&) = default;
};

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm|-hh:mm)`, the dateTime of XML Schema. Returns nullopt for
/// any other text.
///
/// The date must exist in the calendar, and the year must be 1 or later. Leap seconds are not accepted. A
/// fraction has 1 to 9 digits, and the offset is at most 14 hours.
[[nodiscard]] std::optional<instant> instant_of(std::string_view text);

} // namespace contego::planning
