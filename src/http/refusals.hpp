#pragma once

#include <contego/envelope.hpp>

#include <chrono>
#include <cstddef>
#include <deque>

namespace contego::http {

/// Remembers which commands an endpoint refused, to find a command that is always refused while others are
/// answered.
///
/// It finds such a command however long the others take, and however long its own back-off is. It remembers
/// the last 64 commands. Pure: the caller passes the time. Not thread safe.
class refusals {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Returns a hash that identifies the command of an envelope: a command is rendered the same each time it
    /// is sent.
    [[nodiscard]] static std::size_t mark_of(const envelope& e);

    /// Notes that the command that began at this time was answered.
    void answered(std::size_t mark, time_point began);

    /// The result of `refused`.
    struct finding {
        bool is_first; ///< no refusal of this command is remembered
        bool is_own;   ///< another command was sent and answered since this one was first refused
    };

    /// Notes that a command was refused, or that its answer cannot be read.
    finding refused(std::size_t mark, time_point now);

private:
    struct entry {
        std::size_t mark;
        time_point first;
    };

    std::deque<entry> known_;
    time_point last_answered_; ///< when the latest of the answered commands began
};

} // namespace contego::http
