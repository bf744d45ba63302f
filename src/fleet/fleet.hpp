#pragma once

#include "database/connection.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace contego::queue {

/// Who this daemon is, among those on the same database.
struct identity {
    std::string name;
    std::string host;
    int pid = 0;
    std::string version;
    std::string machine{};          ///< see process; empty: only the lease tells whether we live
    std::int64_t started_ticks = 0; ///< see process
};

/// How much may be done to a provider's CAS.
struct share {
    std::size_t in_flight = 0; ///< exchanges at once
    double rate = 0;           ///< exchanges a second
};

/// This daemon's membership: a lease in the database that says that it lives.
///
/// One heartbeat for the daemon, none per request. Whose lease has ended is taken for dead by the others, and
/// what it had claimed runs elsewhere; it may join again, under a new number. Two connections, so that
/// nothing slow delays the heartbeat. Thread safety: `daemon_id` and `trusted_until` from any thread; `keep`
/// and `leave` block, from one thread at a time; so do `rescue` and `take_share`, maybe from another.
class fleet {
public:
    fleet(const database_options& options, identity who, std::chrono::milliseconds lease);

    /// 0 before the first `keep`.
    [[nodiscard]] std::int64_t daemon_id() const { return id_; }

    /// Until when nobody else can take us for dead: counted in our steady clock from before the lease was
    /// asked for, less a margin for clocks that run at different speeds. Any thread.
    [[nodiscard]] std::chrono::steady_clock::time_point trusted_until() const {
        return trusted_until_.load();
    }

    /// Joins where we are no member, else lengthens the lease. Call at least three times per lease. Gives the
    /// database no more than a quarter of the lease to answer a renewal. Throws when it cannot.
    void keep();

    /// Takes back what dead daemons held and returns how many requests that were. Dead is whose lease has
    /// ended, and, on this machine, whose process is seen to be no more. Throws when the database cannot
    /// answer.
    std::int64_t rescue();

    /// What we may do of what the whole fleet may, `most`, from now on; 0 of both where we are taken for
    /// dead. `now` is the most that we may do until the answer is heeded. Call a few times per lease: the
    /// shares of daemons that come and go are shared out anew in two calls of each. Throws when the database
    /// cannot answer; the former share holds then.
    share take_share(const std::string& provider, const share& most, const share& now);

    /// Gives the lease up at once, after everything was given back. Throws when the database cannot answer.
    void leave();

private:
    bool renewed();
    void join();
    void reap_dead_neighbours();

    database_options options_;
    connection keeping_;
    connection rescuing_;
    identity who_;
    std::chrono::milliseconds lease_;
    std::int64_t swept_ = 0; ///< how far the sweep for requests that wait in vain has come
    std::atomic<std::int64_t> id_{0};
    std::atomic<std::chrono::steady_clock::time_point> trusted_until_;
};

} // namespace contego::queue
