#pragma once

#include "database/connection.hpp"

#include <string>
#include <vector>

namespace contego::queue {

/// The months in which finished requests are kept: made ahead, and dropped when they have been kept for as
/// long as is wanted.
///
/// Any number of daemons may do so: one at a time does, the others find nothing to do. Blocking; from one
/// thread at a time; throws when the database cannot answer. No call takes long or keeps others waiting for
/// longer than half a second: where somebody uses what is in the way, it is left for later.
class partitions {
public:
    enum class step {
        nothing, ///< there is nothing to drop, or another daemon is at it
        begun,   ///< it will be dropped: its requests can no longer be sent again
        cleared, ///< some of what belongs to it elsewhere is gone; call again
        dropped, ///< it is gone
        waiting, ///< somebody uses it: call again later
    };

    struct progress {
        step done = step::nothing;
        std::string month; ///< as 2030-01; empty where there is nothing to do
    };

    /// A month is dropped when it ended more than `retention_months` ago; 0: never.
    partitions(database_options options, int retention_months);

    /// Makes this month and the next two where they are missing; those that were, as 2030-01.
    std::vector<std::string> make();

    /// Does the next step of dropping the oldest month, where it is due. Call again at once until nothing is
    /// left, or later where it is waiting.
    progress drop();

private:
    connection connection_;
    int retention_months_;
};

} // namespace contego::queue
