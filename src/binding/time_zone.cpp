#include "binding/time_zone.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <iterator>

namespace contego::wire {
namespace {

bool is_zone_name(std::string_view name) {
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-' || c == '+' || c == '/';
    };
    return !name.empty() && !name.starts_with('/') && std::ranges::all_of(name, is_allowed);
}

std::string bytes_of_zone(std::string_view name) {
    std::ifstream in("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
    constexpr std::size_t longest = 100'000;
    std::string bytes(longest, '\0');
    in.read(bytes.data(), static_cast<std::streamsize>(longest));
    bytes.resize(static_cast<std::size_t>(in.gcount()));
    return bytes;
}

// Reads the parts of a file of RFC 9636. Reading behind the end gives zeros and fails.
class reader {
public:
    explicit reader(std::string_view bytes) : rest_(bytes) {}

    std::int64_t big_endian(std::size_t size) {
        const auto bytes = take(size);
        std::uint64_t n = 0;
        for (const char c : bytes)
            n = n << 8U | static_cast<unsigned char>(c);
        if (size == 4) return static_cast<std::int32_t>(static_cast<std::uint32_t>(n));
        return static_cast<std::int64_t>(n);
    }

    std::string_view take(std::size_t size) {
        if (rest_.size() < size) failed_ = true;
        const auto taken = rest_.substr(0, failed_ ? 0 : size);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    [[nodiscard]] bool failed() const { return failed_; }

private:
    std::string_view rest_;
    bool failed_ = false;
};

struct header {
    std::size_t utc_flags, standard_flags, leaps, times, types, characters;

    [[nodiscard]] std::size_t size_of_data(std::size_t time) const {
        return times * (time + 1) + types * 6 + characters + leaps * (time + 4) + standard_flags + utc_flags;
    }
};

std::optional<header> header_in(reader& in) {
    if (in.take(4) != "TZif") return std::nullopt;
    in.take(16); // the version, and reserved bytes
    std::array<std::size_t, 6> counts{};
    for (auto& count : counts)
        count = static_cast<std::size_t>(in.big_endian(4));
    const auto [utc_flags, standard_flags, leaps, times, types, characters] = counts;
    constexpr std::size_t most = 10'000;
    if (in.failed() || types == 0 || std::ranges::any_of(counts, [](auto n) { return n > most; }))
        return std::nullopt;
    return header{utc_flags, standard_flags, leaps, times, types, characters};
}

// Days since 1970 of the change in that year.
std::int64_t day_of(const time_zone::change& c, std::chrono::year year) {
    using namespace std::chrono;
    const month m{c.month};
    const weekday d{c.weekday};
    const sys_days day = c.week == 5 ? sys_days{year / m / d[last]} : sys_days{year / m / d[c.week]};
    return day.time_since_epoch().count();
}

std::int64_t offset_of_rule(const time_zone::rule& r, std::int64_t utc) {
    if (r.summer == r.standard) return r.standard;
    using namespace std::chrono;
    const auto day = floor<days>(sys_seconds{seconds{utc + r.standard}});
    const auto year = year_month_day{day}.year();
    constexpr std::int64_t per_day = 86'400;
    const auto begin = day_of(r.begin, year) * per_day + r.begin.seconds - r.standard;
    const auto end = day_of(r.end, year) * per_day + r.end.seconds - r.summer;
    const bool is_summer = begin < end ? utc >= begin && utc < end : utc >= begin || utc < end;
    return is_summer ? r.summer : r.standard;
}

} // namespace

std::optional<time_zone> time_zone::load(std::string_view name) {
    if (!is_zone_name(name)) return std::nullopt;
    const auto bytes = bytes_of_zone(name);
    reader in(bytes);
    const auto short_times = header_in(in); // the first block has times of 32 bits and is skipped
    if (!short_times) return std::nullopt;
    in.take(short_times->size_of_data(4));
    const auto h = header_in(in);
    if (!h) return std::nullopt;
    std::vector<std::int64_t> times(h->times);
    for (auto& t : times)
        t = in.big_endian(8);
    const auto types = in.take(h->times);
    std::vector<std::int64_t> offsets(h->types);
    for (auto& offset : offsets) {
        offset = in.big_endian(4);
        in.take(2);
    }
    in.take(h->characters + h->leaps * 12 + h->standard_flags + h->utc_flags);
    if (in.failed()) return std::nullopt;

    time_zone zone;
    zone.first_offset_ = offsets.front();
    for (std::size_t i = 0; i < times.size(); ++i) {
        const auto type = static_cast<unsigned char>(types[i]);
        if (type >= offsets.size()) return std::nullopt;
        zone.transitions_.push_back({.at = times[i], .offset = offsets[type]});
    }
    const auto end = bytes.find_last_of('\n');
    const auto begin = end == 0 || end == std::string::npos ? end : bytes.find_last_of('\n', end - 1);
    if (begin != std::string::npos && begin < end)
        zone.afterwards_ = zone_rule_of(std::string_view(bytes).substr(begin + 1, end - begin - 1));
    return zone;
}

std::int64_t time_zone::offset_at(std::int64_t utc) const {
    const auto next = std::ranges::upper_bound(transitions_, utc, {}, &transition::at);
    if (next == transitions_.end() && afterwards_) return offset_of_rule(*afterwards_, utc);
    return next == transitions_.begin() ? first_offset_ : std::prev(next)->offset;
}

std::optional<std::int64_t> time_zone::utc_of(std::int64_t local) const {
    constexpr std::int64_t per_day = 86'400;
    // The larger offset gives the earlier time. No zone changes twice within two days.
    const auto before = offset_at(local - per_day);
    const auto after = offset_at(local + per_day);
    for (const auto offset : {std::max(before, after), std::min(before, after)})
        if (offset_at(local - offset) == offset) return local - offset;
    return std::nullopt;
}

} // namespace contego::wire
