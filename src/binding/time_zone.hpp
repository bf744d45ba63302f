#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

/// A time zone of the operating system's database. Seconds are those since 1970, as POSIX counts them.
///
/// The time zones of the standard library are not in the compiler of Debian 12.
class time_zone {
public:
    /// Reads the zone of a name such as `Europe/Oslo`. Returns nullopt if the database has no such zone.
    [[nodiscard]] static std::optional<time_zone> load(std::string_view name);

    /// Returns how many seconds local time is ahead of UTC.
    [[nodiscard]] std::int64_t offset_at(std::int64_t utc) const;

    /// Returns the first time in UTC that has this local time, or nullopt if clocks skip it.
    [[nodiscard]] std::optional<std::int64_t> utc_of(std::int64_t local) const;

    /// The rule of a year: on a weekday of a week of a month, at a time of day.
    struct change {
        unsigned month = 0;       ///< 1 to 12
        unsigned week = 0;        ///< 1 to 5; 5 is the last
        unsigned weekday = 0;     ///< 0 is Sunday
        std::int64_t seconds = 0; ///< after midnight, in the local time before the change
    };

    /// The rule after the last transition that the database lists.
    struct rule {
        std::int64_t standard = 0; ///< offset
        std::int64_t summer = 0;   ///< offset; the same as `standard` if there is no summer time
        change begin;
        change end;
    };

private:
    struct transition {
        std::int64_t at; ///< UTC
        std::int64_t offset;
    };

    std::int64_t first_offset_ = 0;
    std::vector<transition> transitions_;
    std::optional<rule> afterwards_;
};

/// Reads a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`, as POSIX writes TZ. Returns nullopt for other forms.
[[nodiscard]] std::optional<time_zone::rule> zone_rule_of(std::string_view text);

} // namespace contego::wire
