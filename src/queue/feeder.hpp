#pragma once

#include "database/connection.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

/// Feeds the cards of runs into the queue, at the pace of each run, and counts the requests of a run that
/// ended. One daemon at a time feeds a run. Also keeps the ledger of entitlements, one daemon at a time. It
/// uses a separate connection, so that nothing else in the daemon waits for it.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer.
class feeder {
public:
    explicit feeder(database_options options);

    /// Looks after one run of these providers. Returns how long to wait before the next call, or nothing if
    /// no run goes on.
    std::optional<std::chrono::milliseconds> feed(const std::vector<std::string>& providers);

    /// Enters some finished requests into the ledger of entitlements. Returns whether there may be more.
    bool keep_ledger();

private:
    connection connection_;
};

} // namespace contego::queue
