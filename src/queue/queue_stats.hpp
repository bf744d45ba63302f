#pragma once

#include "database/connection.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contego::queue {

/// Stands for all providers that are counted together.
inline constexpr std::string_view unknown_provider = "(unknown)";

/// The open requests of a provider in one progress, for metrics and `contegod status`.
struct provider_stats {
    std::string provider;
    std::string progress;              ///< QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD
    std::int64_t requests = 0;         ///< number of requests
    double oldest_due_age_seconds = 0; ///< age of the earliest due request; 0 if none is due
};

/// The differences of one kind that reconciliations found at a provider, and that are not settled.
struct drift_stats {
    std::string provider;
    std::string kind; ///< missing, extra, wrong_window, wrong_pairing, unknown_card
    std::int64_t differences = 0;
};

/// The runs that have not ended, and what reconciliations found, for metrics.
struct run_stats {
    std::int64_t running = 0;
    std::int64_t paused = 0;        ///< by a person
    std::int64_t paused_itself = 0; ///< wait for a person
    std::int64_t cards_waiting = 0; ///< cards of these runs without a request
    std::int64_t cards_failed = 0;  ///< cards of these runs with a rejected request
    std::vector<drift_stats> drift;
};

/// Reads the statistics of the queue on a separate connection.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer.
class queue_stats {
public:
    /// The providers in `known` are counted by name, and so are the `others` further providers with the most
    /// requests. All remaining providers are counted together, because a CRM can insert any number of names.
    queue_stats(database_options options, const std::vector<std::string>& known, int others = 0);

    [[nodiscard]] std::vector<provider_stats> read();
    [[nodiscard]] run_stats read_runs();

private:
    connection connection_;
    std::string known_; ///< as a JSON array
    int others_;
};

} // namespace contego::queue
