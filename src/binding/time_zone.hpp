#pragma once

#include <absl/time/time.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

/// A time zone of the operating system's database, read by Abseil. Seconds are those since 1970, as POSIX
/// counts them.
///
/// The compiler of Debian 12 lacks the time zones of the standard library.
class time_zone {
public:
    /// Returns the zone of a name such as `Europe/Oslo`, or nullopt if the database has no such zone.
    [[nodiscard]] static std::optional<time_zone> load(std::string_view name);

    /// Returns how many seconds local time is ahead of UTC.
    [[nodiscard]] std::int64_t offset_at(std::int64_t utc) const;

    /// Returns the first time in UTC that has this local time, or nullopt if clocks skip it.
    [[nodiscard]] std::optional<std::int64_t> utc_of(std::int64_t local) const;

private:
    explicit time_zone(absl::TimeZone zone) : zone_(zone) {}

    absl::TimeZone zone_;
};

} // namespace contego::wire
