#pragma once

#include "queue/connection.hpp"

#include <chrono>

namespace contego::queue {

/// Waits for the database to say that there may be something to claim. A hint only: whoever waits polls as
/// well.
///
/// Thread safety: `wait` from one thread, `stop` from any.
class wakeup {
public:
    explicit wakeup(database_options options);
    wakeup(const wakeup&) = delete;
    wakeup& operator=(const wakeup&) = delete;
    ~wakeup();

    /// Blocks until a notification came (true), or the time is over or `stop` was called (false). Opens the
    /// connection where it is not open: what was notified meanwhile is lost, so it returns true then. Throws
    /// when the database cannot be reached.
    [[nodiscard]] bool wait(std::chrono::milliseconds at_most);

    /// Makes the present `wait` and all later ones return at once.
    void stop();

private:
    connection connection_;
    int stop_event_;
};

} // namespace contego::queue
