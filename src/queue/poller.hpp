#pragma once

#include "database/connection.hpp"
#include "fleet/fleet.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

/// The work that waits for a daemon.
struct pending_work {
    std::vector<std::string> claimable; ///< providers that have a request to claim now or soon
    /// The number of the turn, if it is this daemon's turn to sweep (fleet::rescue) and a sweep may be
    /// needed.
    std::optional<std::int64_t> sweep_turn;
    bool ends = false;     ///< finished requests wait for their positions in the feed
    bool unsealed = false; ///< rows of the audit wait for their places in the chain
    bool feeding = false;  ///< a run goes on, or the ledger has requests to enter
};

/// Asks the database, in one statement for all providers, for the work that waits for this daemon. Also gives
/// finished requests their positions in the feed, whose readers take no lock, and seals the audit. All use a
/// separate connection, so that nothing else in the daemon waits for them.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer.
class poller {
public:
    /// Sweep turns last `turn`. `membership` must outlive this object.
    poller(database_options options, const fleet& membership, std::chrono::milliseconds turn);

    /// Returns the work that waits now. A provider of `providers` counts as claimable if a request
    /// is queued, or becomes due within `ahead`.
    [[nodiscard]] pending_work poll(const std::vector<std::string>& providers,
                                    std::chrono::milliseconds ahead);

    /// Numbers some of the finished requests. Returns whether there was any; then there may be more.
    bool number_finished();

    /// Gives some rows of the audit their places in the chain of hashes.
    void seal_audit();

private:
    connection connection_;
    const fleet& membership_;
    std::chrono::milliseconds turn_;
};

} // namespace contego::queue
