#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace contego::planning {

/// A point in time, exact over all the years that can be written.
struct instant {
    std::int64_t seconds = 0; ///< since 1970 in UTC, as POSIX counts them
    std::int64_t nanoseconds = 0;

    friend auto operator<=>(const instant&, const instant&) = default;
};

/// Reads `YYYY-MM-DDThh:mm:ss[.fraction](Z|+hh:mm|-hh:mm)`, as XML Schema writes a dateTime: a date that the
/// calendar has, a year from 1, no leap second, 1 to 9 digits of fraction, an offset of 14 hours at most.
/// Nothing for all else.
[[nodiscard]] std::optional<instant> instant_of(std::string_view text);

} // namespace contego::planning
