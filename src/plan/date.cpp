#include "plan/date.hpp"

#include <chrono>
#include <cstddef>

namespace contego::planning {
namespace {

constexpr std::int64_t seconds_per_minute = 60;
constexpr std::int64_t seconds_per_hour = 3600;

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Reads from the left. After the first mismatch, every later read fails as well.
class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    int digits(std::size_t count, int lowest, int highest) {
        int n = 0;
        for (; count > 0; --count) {
            if (rest_.empty() || !is_digit(rest_.front())) return fail();
            n = n * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        return n < lowest || n > highest ? fail() : n;
    }

    bool take_if(char c) {
        if (failed_ || rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void take(char c) {
        if (!take_if(c)) fail();
    }

    std::int64_t fraction() {
        constexpr int places = 9;
        std::int64_t nanoseconds = 0;
        int place = 0;
        for (; place < places && !rest_.empty() && is_digit(rest_.front()); ++place) {
            nanoseconds = nanoseconds * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (place == 0) fail();
        for (; place < places; ++place)
            nanoseconds *= 10;
        return nanoseconds;
    }

    int fail() {
        failed_ = true;
        return 0;
    }

    [[nodiscard]] bool read_all() const { return !failed_ && rest_.empty(); }

private:
    std::string_view rest_;
    bool failed_ = false;
};

std::int64_t read_day(reader& in) {
    const auto year = in.digits(4, 1, 9999);
    in.take('-');
    const auto month = in.digits(2, 1, 12);
    in.take('-');
    const auto day = in.digits(2, 1, 31);
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return in.fail();
    return std::chrono::sys_seconds{std::chrono::sys_days{date}}.time_since_epoch().count();
}

std::int64_t read_time(reader& in) {
    const auto hours = in.digits(2, 0, 23);
    in.take(':');
    const auto minutes = in.digits(2, 0, 59);
    in.take(':');
    return hours * seconds_per_hour + minutes * seconds_per_minute + in.digits(2, 0, 59);
}

std::int64_t read_offset(reader& in) {
    if (in.take_if('Z')) return 0;
    const bool west = in.take_if('-');
    if (!west) in.take('+');
    const auto hours = in.digits(2, 0, 14);
    in.take(':');
    const auto minutes = in.digits(2, 0, hours == 14 ? 0 : 59);
    const auto seconds = hours * seconds_per_hour + minutes * seconds_per_minute;
    return west ? -seconds : seconds;
}

} // namespace

std::optional<instant> instant_of(std::string_view text) {
    reader in(text);
    instant t;
    t.seconds = read_day(in);
    in.take('T');
    t.seconds += read_time(in);
    if (in.take_if('.')) t.nanoseconds = in.fraction();
    t.seconds -= read_offset(in);
    if (!in.read_all()) return std::nullopt;
    return t;
}

} // namespace contego::planning
