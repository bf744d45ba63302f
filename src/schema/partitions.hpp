#pragma once

#include "database/connection.hpp"

#include <string>
#include <vector>

namespace contego::queue {

/// Makes the months in which finished requests are kept, and drops them after the retention time.
///
/// Every daemon calls this. One at a time does the work, and the others find nothing to do. No call makes
/// other sessions wait for more than half a second: if a session uses a month, its drop waits for a later
/// call.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer.
class partitions {
public:
    enum class step {
        nothing, ///< no month is to be dropped, or another daemon is dropping it
        begun,   ///< the month is marked, and its requests can no longer be retried
        cleared, ///< some rows of the month in other tables were deleted; call again
        dropped, ///< the month is dropped
        waiting, ///< a session uses the month; call again later
    };

    struct progress {
        step done = step::nothing;
        std::string month; ///< such as 2030-01; empty if there is nothing to do
    };

    /// A month is dropped when it ended more than `retention_months` ago. 0: months are never dropped.
    partitions(database_options options, int retention_months);

    /// Makes the current month and the next two if they are missing. Returns the months that it made, such as
    /// 2030-01.
    std::vector<std::string> make();

    /// Does the next step of dropping the oldest month, if it is due. Call it again at once until it returns
    /// `nothing`, or later if it returns `waiting`.
    progress drop();

private:
    connection connection_;
    int retention_months_;
};

} // namespace contego::queue
