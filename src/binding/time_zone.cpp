#include "binding/time_zone.hpp"

namespace contego::wire {

std::optional<time_zone> time_zone::load(std::string_view name) {
    absl::TimeZone zone;
    if (!absl::LoadTimeZone(std::string(name), &zone)) return std::nullopt;
    return time_zone(zone);
}

std::int64_t time_zone::offset_at(std::int64_t utc) const {
    return zone_.At(absl::FromUnixSeconds(utc)).offset;
}

std::optional<std::int64_t> time_zone::utc_of(std::int64_t local) const {
    const auto civil = absl::ToCivilSecond(absl::FromUnixSeconds(local), absl::UTCTimeZone());
    const auto found = zone_.At(civil);
    if (found.kind == absl::TimeZone::TimeInfo::SKIPPED) return std::nullopt;
    return absl::ToUnixSeconds(found.pre); // the earlier time, if a local time occurs twice
}

} // namespace contego::wire
