#include "binding/time_zone.hpp"

namespace contego::wire {
namespace {

constexpr std::int64_t per_minute = 60;
constexpr std::int64_t per_hour = 3600;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Reads from the left. After the first mismatch, every later read fails as well.
class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {}

    // `CET`, or `<+03>`.
    void name() {
        const bool quoted = take_if('<');
        std::size_t length = 0;
        while (length < rest_.size() && (quoted ? rest_[length] != '>' : is_letter(rest_[length])))
            ++length;
        if (length < 3) failed_ = true;
        rest_.remove_prefix(length);
        if (quoted) take('>');
    }

    // `-1`, `5:30`; the sign is that of POSIX, which counts west of Greenwich.
    std::int64_t hours() {
        const bool negative = take_if('-');
        if (!negative) take_if('+');
        auto seconds = number(167) * per_hour;
        if (take_if(':')) seconds += number(59) * per_minute;
        if (take_if(':')) seconds += number(59);
        return negative ? -seconds : seconds;
    }

    // `,M3.5.0/2`
    time_zone::change change() {
        time_zone::change c;
        take(',');
        take('M');
        c.month = static_cast<unsigned>(number(12));
        take('.');
        c.week = static_cast<unsigned>(number(5));
        take('.');
        c.weekday = static_cast<unsigned>(number(6));
        c.seconds = take_if('/') ? hours() : 2 * per_hour;
        if (c.month == 0 || c.week == 0) failed_ = true;
        return c;
    }

    [[nodiscard]] bool at_comma() const { return rest_.starts_with(','); }

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    [[nodiscard]] bool failed() const { return failed_; }

private:
    static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

    std::int64_t number(std::int64_t most) {
        std::int64_t n = 0;
        if (rest_.empty() || !is_digit(rest_.front())) failed_ = true;
        for (; !rest_.empty() && is_digit(rest_.front()) && n <= most; rest_.remove_prefix(1))
            n = n * 10 + (rest_.front() - '0');
        if (n > most) failed_ = true;
        return n;
    }

    bool take_if(char c) {
        if (failed_ || !rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }

    void take(char c) {
        if (!take_if(c)) failed_ = true;
    }

    std::string_view rest_;
    bool failed_ = false;
};

} // namespace

std::optional<time_zone::rule> zone_rule_of(std::string_view text) {
    reader in(text);
    time_zone::rule r;
    in.name();
    r.standard = -in.hours();
    r.summer = r.standard;
    if (!in.failed() && !in.at_end()) {
        in.name();
        r.summer = in.at_comma() ? r.standard + per_hour : -in.hours();
        r.begin = in.change();
        r.end = in.change();
    }
    if (in.failed() || !in.at_end()) return std::nullopt;
    return r;
}

} // namespace contego::wire
