#pragma once

#include <contego/envelope.hpp>

#include <chrono>
#include <cstddef>
#include <deque>

namespace contego::http {

/// Remembers what an endpoint turned away, so that a command which is refused time and again while others are
/// answered is found out, however long the others take, and however long its own back-off is.
///
/// Remembers the last 64 commands. Pure: told what the time is. Not thread safe.
class refusals {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// What an envelope is known by: a command is the same each time it is sent.
    [[nodiscard]] static std::size_t mark_of(const envelope& e);

    /// A command that began then was answered.
    void answered(std::size_t mark, time_point began);

    /// A command was turned away, or answered by what cannot be read.
    struct finding {
        bool is_first; ///< nothing is remembered of it
        bool is_own;   ///< another command was sent and answered since it was turned away first
    };

    finding refused(std::size_t mark, time_point now);

private:
    struct entry {
        std::size_t mark;
        time_point first;
    };

    std::deque<entry> known_;
    time_point last_answered_; ///< when the latest of those that were answered began
};

} // namespace contego::http
