#include "doctor/finding.hpp"

#include "vocabulary/enum_table.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace contego::daemon {
namespace {

struct unit {
    double below; ///< in seconds; a longer span gets the next unit
    double seconds;
    const char* name;
};

constexpr std::array<unit, 4> units{
    {{120, 1, " s"}, {7'200, 60, " min"}, {172'800, 3'600, " h"}, {INFINITY, 86'400, " days"}}};

/// Moves a hint that stands in the text of a finding, on a separate line, in front of the finding's own hint.
/// Errors of other rooms bring such hints, which are more precise.
finding with_own_hint(finding f) {
    constexpr std::string_view mark = "\nHINT: ";
    const auto begin = f.what.find(mark);
    if (begin == std::string::npos) return f;
    f.hint = f.what.substr(begin + mark.size()) + (f.hint.empty() ? "" : "; ") + f.hint;
    f.what.resize(begin);
    return f;
}

constexpr enum_table<severity> severities{{
    {severity::ok, "OK"},
    {severity::warning, "WARNING"},
    {severity::error, "ERROR"},
}};

} // namespace

std::string_view name_of(severity s) {
    return severities.of(s);
}

finding good(std::string what) {
    return {severity::ok, std::move(what), {}};
}

finding warning(std::string what, std::string hint) {
    return with_own_hint({severity::warning, std::move(what), std::move(hint)});
}

finding error(std::string what, std::string hint) {
    return with_own_hint({severity::error, std::move(what), std::move(hint)});
}

finding not_checked(const std::string& why) {
    return warning("not checked: " + why, "correct that first, then run doctor again");
}

std::string span_text(double seconds) {
    for (const auto& u : units)
        if (std::abs(seconds) < u.below)
            return std::to_string(static_cast<long long>(std::floor(seconds / u.seconds))) + u.name;
    return "forever";
}

} // namespace contego::daemon
