#include "telemetry/outages.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace contego::daemon {
namespace {

constexpr auto between_lines = std::chrono::seconds(10);

/// A line works without these stages.
constexpr std::array<std::string_view, 4> can_wait{"wakeup", "months", "runs", "outages"};

} // namespace

std::optional<std::size_t> outages::trouble(std::string_view stage, std::string_view what, time_point now) {
    auto& s = stages_[std::string(stage)];
    if (!s.away) {
        s.away = true;
        s.told = false;
        s.since = now;
    }
    s.what = what;
    ++s.unsaid;
    if (s.last_line && now - *s.last_line < between_lines) return std::nullopt;
    s.told = true;
    s.last_line = now;
    return std::exchange(s.unsaid, 0);
}

std::optional<std::chrono::steady_clock::duration> outages::over(std::string_view stage, time_point now) {
    const auto found = stages_.find(stage);
    if (found == stages_.end() || !found->second.away) return std::nullopt;
    found->second.away = false;
    if (!found->second.told) return std::nullopt;
    return now - found->second.since;
}

std::optional<std::string> outages::unready() const {
    for (const auto& [stage, s] : stages_)
        if (s.away && std::ranges::find(can_wait, std::string_view(stage)) == can_wait.end())
            return "the database does not answer (" + stage + "): " + s.what;
    return std::nullopt;
}

} // namespace contego::daemon
