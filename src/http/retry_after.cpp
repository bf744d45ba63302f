#include "http/retry_after.hpp"

#include <algorithm>
#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>
#include <string>

namespace contego::http {
namespace {

using std::chrono::seconds;

constexpr seconds longest = std::chrono::days{365};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<seconds> as_seconds(std::string_view text) {
    if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
    if (text.size() > 9) return longest;
    return std::min(longest, seconds{std::stoll(std::string(text))});
}

std::chrono::sys_seconds time_of(const std::tm& t) {
    using namespace std::chrono;
    const auto date = year{t.tm_year + 1900} / month{static_cast<unsigned>(t.tm_mon + 1)} /
                      day{static_cast<unsigned>(t.tm_mday)};
    return sys_days{date} + hours{t.tm_hour} + minutes{t.tm_min} + seconds{t.tm_sec};
}

std::optional<std::chrono::sys_seconds> as_written(std::string_view text, const char* format) {
    std::tm t{};
    std::istringstream in{std::string(text)};
    // The names of days and months are English in every locale.
    in.imbue(std::locale::classic());
    in >> std::get_time(&t, format);
    if (in.fail()) return std::nullopt;
    if (in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
    return time_of(t);
}

std::optional<std::chrono::sys_seconds> as_date(std::string_view text) {
    // std::get_time does not insist on literal text at the end, and only one of the three forms lacks the
    // zone.
    constexpr std::string_view zone = " GMT";
    if (!text.ends_with(zone)) return as_written(text, "%a %b %d %H:%M:%S %Y");
    text.remove_suffix(zone.size());
    const auto date = as_written(text, "%a, %d %b %Y %H:%M:%S");
    return date ? date : as_written(text, "%A, %d-%b-%y %H:%M:%S");
}

} // namespace

std::optional<seconds> parse_retry_after(std::string_view text, std::chrono::system_clock::time_point now) {
    if (text.empty()) return std::nullopt; // nearly always; reading a date is slow
    if (const auto given = as_seconds(text)) return given;
    const auto date = as_date(text);
    if (!date) return std::nullopt;
    return std::clamp(*date - std::chrono::floor<seconds>(now), seconds{0}, longest);
}

} // namespace contego::http
