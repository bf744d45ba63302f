#pragma once

#include "database/connection.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace contego::queue {

/// What an operator says about the data of a database after a failover, a restore or a copy.
struct data_loss_statement {
    std::string reason;
    bool nothing_lost = false; ///< the database has every acknowledged write
    bool unnoticed = false;    ///< data was lost, although claiming is not stopped
    bool preview = false;      ///< change nothing
};

/// The effect of one step of contego.after_data_loss.
struct data_loss_step {
    std::string name;                  ///< begun, marked, waiting, done or preview
    std::int64_t requests = 0;         ///< requests that the step marked, or in a preview would mark
    std::chrono::milliseconds wait{0}; ///< before the next step
};

/// The lineage of a database: the server history on which it runs (table contego.lineage).
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer.
class lineage {
public:
    explicit lineage(database_options options);

    /// Returns why claiming is stopped; empty: it is not stopped.
    [[nodiscard]] std::string claiming_stopped();

    /// Takes one step towards claiming again, in a separate transaction. Repeat it until `name` is done.
    /// Throws server_error if the statement does not fit the state of the database.
    [[nodiscard]] data_loss_step after_data_loss(const data_loss_statement& said);

private:
    connection connection_;
};

} // namespace contego::queue
