#pragma once

#include "database/connection.hpp"

namespace contego::queue {

/// Gives finished requests their positions in the feed, on a separate connection, so that nothing else in the
/// daemon waits for it. Readers of the feed take no lock.
///
/// Blocking. Call it from one thread at a time.
class feed {
public:
    explicit feed(database_options options);

    /// Numbers some of the finished requests. Returns whether there was any; then there may be more. Throws
    /// if the database cannot answer.
    bool number_finished();

private:
    connection connection_;
};

} // namespace contego::queue
