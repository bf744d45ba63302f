#pragma once

#include "database/connection.hpp"

#include <chrono>

namespace contego::queue {

/// Waits for a notification that there may be a request to claim. Notifications are only a hint, so the
/// caller polls as well. A silent connection is tested now and then, so that a lost server is noticed.
///
/// Thread safety: call `wait` from one thread; `stop` is thread safe.
class wakeup {
public:
    explicit wakeup(database_options options,
                    std::chrono::milliseconds tried_after = std::chrono::seconds(20));
    wakeup(const wakeup&) = delete;
    wakeup& operator=(const wakeup&) = delete;
    ~wakeup();

    /// Blocks until a notification comes, the time is over, or `stop` is called. Returns true after a
    /// notification. It also returns true after it opened or tested the connection, because notifications may
    /// have been lost. Throws if the database cannot be reached.
    [[nodiscard]] bool wait(std::chrono::milliseconds at_most);

    /// Makes the current `wait` and all later ones return at once.
    void stop();

private:
    [[nodiscard]] bool listen();
    [[nodiscard]] bool try_connection();
    [[nodiscard]] bool readable(int socket, std::chrono::milliseconds at_most) const;

    connection connection_;
    std::chrono::milliseconds tried_after_;
    std::chrono::steady_clock::time_point heard_; ///< time of the last message from the server
    int stop_event_;
};

} // namespace contego::queue
