#pragma once

#include "database/connection.hpp"

#include <chrono>

namespace contego::queue {

/// Waits for the database to say that there may be something to claim. A hint only: whoever waits polls as
/// well. A connection that has brought nothing for a while is tried, so that one whose other end is gone is
/// noticed.
///
/// Thread safety: `wait` from one thread, `stop` from any.
class wakeup {
public:
    explicit wakeup(database_options options,
                    std::chrono::milliseconds tried_after = std::chrono::seconds(20));
    wakeup(const wakeup&) = delete;
    wakeup& operator=(const wakeup&) = delete;
    ~wakeup();

    /// Blocks until a notification came (true), or the time is over or `stop` was called (false). Opens the
    /// connection where it is not open, and tries it where nothing came for long: what was notified meanwhile
    /// may be lost, so it returns true then. Throws when the database cannot be reached.
    [[nodiscard]] bool wait(std::chrono::milliseconds at_most);

    /// Makes the present `wait` and all later ones return at once.
    void stop();

private:
    [[nodiscard]] bool listen();
    [[nodiscard]] bool try_connection();
    [[nodiscard]] bool readable(int socket, std::chrono::milliseconds at_most) const;

    connection connection_;
    std::chrono::milliseconds tried_after_;
    std::chrono::steady_clock::time_point heard_; ///< when the server last gave a sign
    int stop_event_;
};

} // namespace contego::queue
