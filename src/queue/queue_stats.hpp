#pragma once

#include "database/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contego::queue {

/// Stands for all providers that are not told by their name.
inline constexpr std::string_view unknown_provider = "(unknown)";

/// How the queue stands, for metrics and `contegod status`.
struct provider_stats {
    std::string provider;
    std::string progress;              ///< QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD
    std::int64_t requests = 0;         ///< in that progress
    double oldest_due_age_seconds = 0; ///< of the earliest due among them; 0 where none is due yet
};

/// Reads the figures on a connection of its own. Blocking; from one thread at a time; throws when the
/// database cannot answer.
class queue_stats {
public:
    /// `known` providers are told by their names, and those `others` that have the most requests. All further
    /// ones are counted together: a CRM may invent as many names as it likes.
    queue_stats(database_options options, const std::vector<std::string>& known, int others = 0);

    [[nodiscard]] std::vector<provider_stats> read();

private:
    connection connection_;
    std::string known_; ///< as a JSON array
    int others_;
};

} // namespace contego::queue
