#pragma once

#include "queue/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace contego::queue {

/// How the queue stands, for metrics and `contegod status`.
struct provider_figures {
    std::string provider;
    std::string progress;              ///< QUEUED, SCHEDULED, BLOCKED, IN_FLIGHT, RETRYING, HELD
    std::int64_t requests = 0;         ///< in that progress
    double oldest_due_age_seconds = 0; ///< of the earliest due among them; 0 where none is due yet
};

/// Reads the figures on a connection of its own. Blocking; from one thread at a time; throws when the
/// database cannot answer.
class figures {
public:
    explicit figures(database_options options);

    [[nodiscard]] std::vector<provider_figures> read();

private:
    connection connection_;
};

} // namespace contego::queue
