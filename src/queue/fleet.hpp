#pragma once

#include "queue/connection.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace contego::queue {

/// Who this daemon is, among those on the same database.
struct identity {
    std::string name;
    std::string host;
    int pid = 0;
    std::string version;
};

/// This daemon's membership: a lease in the database that says that it lives.
///
/// One heartbeat for the daemon, none per request. Whose lease has ended is taken for dead by the others, and
/// what it had claimed runs elsewhere; it may join again, under a new number. Thread safety: `daemon_id` and
/// `trusted_until` from any thread; the others block, from one thread at a time.
class fleet {
public:
    fleet(database_options options, identity who, std::chrono::milliseconds lease);

    /// 0 before the first `keep`.
    [[nodiscard]] std::int64_t daemon_id() const { return id_; }

    /// Until when nobody else can take us for dead: counted in our steady clock from before the lease was
    /// asked for, less a margin for clocks that run at different speeds. Any thread.
    [[nodiscard]] std::chrono::steady_clock::time_point trusted_until() const {
        return trusted_until_.load();
    }

    /// Joins where we are no member, else lengthens the lease; then takes back what dead daemons held and
    /// returns how many requests that were. Call at least three times per lease. Throws when the database
    /// cannot answer.
    std::int64_t keep();

    /// Gives the lease up at once, after everything was given back. Throws when the database cannot answer.
    void leave();

private:
    connection connection_;
    identity who_;
    std::chrono::milliseconds lease_;
    std::atomic<std::int64_t> id_{0};
    std::atomic<std::chrono::steady_clock::time_point> trusted_until_{};
};

} // namespace contego::queue
