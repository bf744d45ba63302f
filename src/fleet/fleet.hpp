#pragma once

#include "database/connection.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace contego::queue {

/// The identity of this daemon among the daemons of a database.
struct identity {
    std::string name;
    std::string host;
    int pid = 0;
    std::string version;
    std::string machine{}; ///< see process; if it is empty, only the lease tells whether this daemon lives
    std::int64_t started_ticks = 0; ///< see process
};

/// A write to the database that was answered: the claim of a request, or the end of a claim. A database that
/// takes over must have it.
struct acknowledged_write {
    std::int64_t request_id = 0;
    std::int64_t fence = 0;
    bool ends = false; ///< the claim ended
};

/// Limits of the exchanges with a provider's CAS.
struct share {
    std::size_t in_flight = 0; ///< exchanges in flight
    double rate = 0;           ///< exchanges a second
};

/// This daemon's membership in the fleet: a lease in the database, which shows that the daemon lives.
///
/// There is one lease for the daemon, and none per request. When a lease has ended and the daemon could have
/// renewed it, the other daemons take its daemon for dead and run its requests. That daemon may join again
/// under a new number. Until it is taken for dead, it may also renew the lease that has ended: it keeps its
/// number and its requests. Renewals have a separate connection, so that no slow call delays them.
///
/// After a failover, a restore or a copy, a database may lack the latest writes. The first renewal there
/// looks for the latest writes of this daemon (contego.look_for_writes). Until all daemons have found theirs,
/// or a person has confirmed, claiming is stopped. Renewals then do not extend the time for which the lease
/// is trusted.
///
/// Thread safety: `daemon_id`, `trusted_until`, `lease_refused`, `needs_renewal`, `acknowledged` and
/// `claiming_stopped` are thread safe. `keep` and `leave` block; call them from one thread at a time.
/// `rescue` and `take_share` block too; call them from one thread at a time, which may be another one.
class fleet {
public:
    /// With `failover_keeps_writes`, the site vouches that a server that takes over has every acknowledged
    /// write. Then this daemon alone confirms a failover.
    fleet(const database_options& options,
          identity who,
          std::chrono::milliseconds lease,
          bool failover_keeps_writes = false);

    /// Returns this daemon's number, or 0 before the first `keep`.
    [[nodiscard]] std::int64_t daemon_id() const { return id_; }

    /// Returns the time until which no other daemon can take this one for dead. It counts from before the
    /// renewal was sent, in this host's steady clock, less a margin for clocks of different speed. Thread
    /// safe.
    [[nodiscard]] std::chrono::steady_clock::time_point trusted_until() const {
        return trusted_until_.load();
    }

    /// Tells this object that the database refused a call because the lease has ended. Thread safe.
    void lease_refused() { refused_ = true; }

    /// Returns whether `keep` should be called at once: the database refused a call because of the lease
    /// since `keep` last began, or claiming is stopped. Thread safe.
    [[nodiscard]] bool needs_renewal() const { return refused_ || is_stopped_; }

    /// Keeps the latest acknowledged write of a caller for a day. `writer` identifies the caller, which makes
    /// one call at a time. Thread safe.
    void acknowledged(const void* writer, const acknowledged_write& latest);

    /// Returns why claiming is stopped in the whole fleet, as the latest `keep` found; empty: it is not
    /// stopped. Thread safe.
    [[nodiscard]] std::string claiming_stopped() const;

    /// Renews the lease, or joins the fleet if this daemon is not a member. Call it at least three times per
    /// lease. A renewal waits for at most a quarter of the lease. Throws if the database cannot answer.
    void keep();

    /// Puts the requests of dead daemons back into the queue and returns their number. A daemon is dead if
    /// it did not renew its lease while other daemons could renew theirs (contego.rescue says when). On this
    /// machine it is also dead if its process has ended. Throws if the database cannot answer.
    std::int64_t rescue();

    /// Returns this daemon's share of the fleet's limits `most`; both parts are 0 if the daemon is taken for
    /// dead. `now` is the share that this daemon uses until it applies the answer. Call it several times per
    /// lease: after a daemon joins or leaves, two calls of each daemon divide the limits again. Throws if the
    /// database cannot answer; the former share then stays valid.
    share take_share(const std::string& provider, const share& most, const share& now);

    /// Gives up the lease at once. Call it after all requests were given back. Throws if the database cannot
    /// answer.
    void leave();

private:
    bool renewed();
    void join();
    void reap_dead_neighbours();
    [[nodiscard]] std::vector<acknowledged_write> acknowledged_writes();
    void stop_claiming(std::string why);

    database_options options_;
    connection keeping_;
    connection rescuing_;
    identity who_;
    std::chrono::milliseconds lease_;
    const bool failover_keeps_writes_;
    std::string token_;         ///< random; shows that a row with our number is ours
    std::int64_t lineage_ = 0;  ///< of the latest renewal
    std::int64_t renewals_ = 0; ///< number of renewals of this lease that were answered
    mutable std::mutex mutex_;  ///< guards the next two members

    struct dated_write {
        acknowledged_write write;
        std::chrono::steady_clock::time_point at;
    };

    std::map<const void*, dated_write> writes_; ///< by writer
    std::string stopped_;                       ///< why claiming is stopped
    std::atomic<bool> is_stopped_{false};
    std::int64_t swept_ = 0; ///< position of the sweep for blocked requests that no request blocks any more
    std::atomic<std::int64_t> id_{0};
    std::atomic<bool> refused_{false};
    std::atomic<std::chrono::steady_clock::time_point> trusted_until_;
};

} // namespace contego::queue
