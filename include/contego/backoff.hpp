#pragma once

#include <chrono>
#include <random>

namespace contego {

/// How long to wait before the database is asked again after `failures` (1 or more) vain attempts in a row:
/// between half of a bound and the bound, which doubles from 100 ms up to 2 s, so that a daemon is back soon
/// after the database is, and many daemons do not come all at once. `jitter` is a uniform draw in [0, 1).
[[nodiscard]] std::chrono::milliseconds delay_after(int failures, double jitter);

/// Counts vain attempts in a row and says how long to wait after each. Belongs to one thread at a time.
class backoff {
public:
    /// After one more that was in vain.
    [[nodiscard]] std::chrono::milliseconds next();

    /// An attempt went well.
    void regained() { failures_ = 0; }

private:
    int failures_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
};

} // namespace contego
