#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace contego::daemon {

/// Keeps which stages get no answer from the database, and decides which failures are logged. The first
/// failure of a stage is logged, then at most one in ten seconds, and the end of the outage. Callers pass the
/// time. Not thread safe.
class outages {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// A call of the stage failed. Returns the number of failures since the last log line, or nothing if no
    /// line is due.
    [[nodiscard]] std::optional<std::size_t>
    trouble(std::string_view stage, std::string_view what, time_point now);

    /// A call of the stage was answered. Returns the length of the outage, or nothing if there was none or
    /// none was logged.
    [[nodiscard]] std::optional<std::chrono::steady_clock::duration> over(std::string_view stage,
                                                                          time_point now);

    /// Returns the failure of a stage that keeps the line from working, or nothing if there is none.
    /// Notifications do not count, because a line polls without them; nor do months, runs and the table of
    /// outages, which can wait.
    [[nodiscard]] std::optional<std::string> unready() const;

private:
    struct state {
        bool away = false;
        bool told = false; ///< this outage was logged
        std::string what;
        time_point since;
        std::optional<time_point> last_line;
        std::size_t unsaid = 0;
    };

    std::map<std::string, state, std::less<>> stages_;
};

} // namespace contego::daemon
