#pragma once

#include "database/connection.hpp"

#include <chrono>
#include <cstdint>

namespace contego::queue {

/// The result of waiting for notifications.
enum class heard : std::uint8_t {
    nothing,
    perhaps,      ///< the connection was opened or tested, so notifications may have been lost
    notification, ///< there may be a request to claim
};

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

    /// Blocks until a notification comes, the time is over, `stop` is called, or the connection was opened or
    /// tested. Throws if the database cannot be reached.
    [[nodiscard]] heard wait(std::chrono::milliseconds at_most);

    /// Makes the current `wait` and all later ones return at once.
    void stop();

private:
    [[nodiscard]] heard listen();
    [[nodiscard]] heard try_connection();
    [[nodiscard]] bool readable(int socket, std::chrono::milliseconds at_most) const;

    connection connection_;
    std::chrono::milliseconds tried_after_;
    std::chrono::steady_clock::time_point heard_at_; ///< time of the last message from the server
    int stop_event_;
};

} // namespace contego::queue
