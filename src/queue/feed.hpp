#pragma once

#include "database/connection.hpp"

namespace contego::queue {

/// Gives finished requests their positions in the feed, on a connection of its own: readers of the feed take
/// no lock, and nothing else of the daemon waits for this. Blocking; from one thread at a time.
class feed {
public:
    explicit feed(database_options options);

    /// Numbers some of what has finished. Returns whether there was anything, so that there may be more.
    /// Throws when the database cannot answer.
    bool number_finished();

private:
    connection connection_;
};

} // namespace contego::queue
