#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace contego::daemon {

/// Which stages get no answer from the database, and what of that is worth a log line: the first trouble of a
/// stage, then one line in ten seconds at most, and that it is over. Knows no clock and no log. Not thread
/// safe.
class outages {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// How often there was trouble since the last line; nothing: no line is due.
    [[nodiscard]] std::optional<std::size_t>
    trouble(std::string_view stage, std::string_view what, time_point now);

    /// The stage got its answer. How long it went without; nothing: there was no trouble, or no line of it.
    [[nodiscard]] std::optional<std::chrono::steady_clock::duration> over(std::string_view stage,
                                                                          time_point now);

    /// What keeps the line from working, of one stage; nothing: all is well. Without notifications a line
    /// polls, so they do not count; nor do months, which can wait.
    [[nodiscard]] std::optional<std::string> unready() const;

private:
    struct state {
        bool away = false;
        bool told = false; ///< a line was written in this outage
        std::string what;
        time_point since;
        std::optional<time_point> last_line;
        std::size_t unsaid = 0;
    };

    std::map<std::string, state, std::less<>> stages_;
};

} // namespace contego::daemon
