#include "simulator/moment.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace contego::simulator {
namespace {

using namespace std::chrono;

/// Reads a text from its beginning. After the first mismatch, every later step fails too.
class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    int number(std::size_t digits, int lowest, int highest) {
        int n = 0;
        if (rest_.size() < digits) return fail();
        for (const char c : rest_.substr(0, digits)) {
            if (c < '0' || c > '9') return fail();
            n = n * 10 + (c - '0');
        }
        rest_.remove_prefix(digits);
        return n >= lowest && n <= highest ? n : fail();
    }

    bool take(char c) {
        if (rest_.empty() || rest_.front() != c) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void expect(char c) {
        if (!take(c)) fail();
    }

    microseconds fraction() {
        std::int64_t n = 0;
        std::int64_t unit = 100000;
        if (rest_.empty() || rest_.front() < '0' || rest_.front() > '9') fail();
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
             rest_.remove_prefix(1), unit /= 10)
            n += (rest_.front() - '0') * unit;
        return microseconds(n);
    }

    [[nodiscard]] bool complete() const { return good_ && rest_.empty(); }

private:
    int fail() {
        good_ = false;
        return 0;
    }

    std::string_view rest_;
    bool good_ = true;
};

seconds zone(reader& r) {
    if (r.take('Z')) return seconds(0);
    const bool east = r.take('+');
    if (!east && !r.take('-')) return seconds(0);
    const hours h(r.number(2, 0, 14));
    r.expect(':');
    const minutes m(r.number(2, 0, 59));
    return east ? h + m : -(h + m);
}

} // namespace

std::optional<moment> moment_of(std::string_view text) {
    reader r(text);
    const year y(r.number(4, 1, 9999));
    r.expect('-');
    const month mo(static_cast<unsigned>(r.number(2, 1, 12)));
    r.expect('-');
    const day d(static_cast<unsigned>(r.number(2, 1, 31)));
    r.expect('T');
    const hours h(r.number(2, 0, 23));
    r.expect(':');
    const minutes mi(r.number(2, 0, 59));
    r.expect(':');
    const seconds s(r.number(2, 0, 59));
    const auto part = r.take('.') ? r.fraction() : microseconds(0);
    const auto offset = zone(r);
    const auto date = y / mo / d;
    if (!r.complete() || !date.ok()) return std::nullopt;
    return sys_days(date) + h + mi + s + part - offset;
}

std::string to_text(moment m) {
    const auto midnight = floor<days>(m);
    const year_month_day date(midnight);
    const hh_mm_ss time(m - midnight);
    std::array<char, 48> text{};
    const int length = std::snprintf(text.data(),
                                     text.size(),
                                     "%04d-%02u-%02uT%02d:%02d:%02d.%06dZ",
                                     static_cast<int>(date.year()),
                                     static_cast<unsigned>(date.month()),
                                     static_cast<unsigned>(date.day()),
                                     static_cast<int>(time.hours().count()),
                                     static_cast<int>(time.minutes().count()),
                                     static_cast<int>(time.seconds().count()),
                                     static_cast<int>(time.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

} // namespace contego::simulator
