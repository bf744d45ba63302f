#pragma once

#include "queue/outage_store.hpp"

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace contego::daemon {

/// Collects the outages of endpoints and the requests that they hit, until they are written to the database.
/// It keeps at most 1,000 outages, and the first 10,000 requests of each. An endpoint that fails again
/// within a minute continues its outage. Callers pass the time. Thread safe, quick, never throws for lack of
/// a database.
class endpoint_outages {
public:
    using time_point = std::chrono::steady_clock::time_point;

    void begin(std::string_view provider, std::string_view endpoint, std::string_view reason, time_point now);
    void end(std::string_view provider, std::string_view endpoint, time_point now);

    /// A command of the request failed with the endpoint. It counts for the latest outage of the provider.
    void hit(std::string_view provider, std::int64_t request_id);

    /// Returns the outages to write: outages that changed since they were written, and each half minute
    /// outages that go on.
    [[nodiscard]] std::vector<queue::outage> changed(time_point now) const;

    /// The database has this state of an outage.
    void written(const queue::outage& o, time_point now);

private:
    struct entry {
        queue::outage state; ///< without requests
        std::set<std::int64_t> hits;
        std::set<std::int64_t> unwritten; ///< a part of `hits`
        std::optional<time_point> written_at;
        bool changed = true;
    };

    entry* latest(std::string_view provider, std::string_view endpoint);

    mutable std::mutex mutex_;
    std::vector<entry> all_; ///< in the order in which they began
};

} // namespace contego::daemon
