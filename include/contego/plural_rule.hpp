#pragma once

#include <chrono>
#include <cstddef>

namespace contego {

/// How requests share the calls of a command.
struct plural_rule {
    std::size_t most = 2;           ///< requests in one call; 2 or more
    std::chrono::milliseconds wait; ///< how long a request waits for others like it; 0: not at all
};

} // namespace contego
