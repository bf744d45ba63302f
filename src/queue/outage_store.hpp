#pragma once

#include "database/connection.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

/// An outage of an endpoint as this daemon saw it until now.
struct outage {
    std::int64_t id = 0; ///< random
    std::string provider;
    std::string endpoint; ///< its URL
    std::string reason;   ///< of the failure that opened the breaker
    std::chrono::steady_clock::time_point from;
    std::optional<std::chrono::steady_clock::time_point> to; ///< nothing: it goes on
    std::vector<std::int64_t> requests; ///< requests that were hit and are not written yet
};

/// Writes outages to contego.outage on a separate connection, which it opens at the first outage.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer.
class outage_store {
public:
    /// `daemon` is the name of this daemon.
    outage_store(database_options options, std::string daemon);

    void write(const outage& o);

private:
    connection connection_;
    std::string daemon_;
};

} // namespace contego::queue
