#pragma once

#include <chrono>
#include <random>

namespace contego {

/// Returns how long to wait before asking the database again after `failures` (1 or more) failed attempts in
/// a row.
///
/// The wait lies between half of a bound and the bound, which doubles from 100 ms up to 2 s. So a daemon is
/// back soon after the database, and many daemons do not come all at once. `jitter` is a uniform draw in [0,
/// 1).
[[nodiscard]] std::chrono::milliseconds delay_after(int failures, double jitter);

/// Counts failed attempts in a row and returns how long to wait after each. Not thread safe.
class backoff {
public:
    /// Counts one more failed attempt. Returns how long to wait.
    [[nodiscard]] std::chrono::milliseconds next();

    /// Resets the count after a successful attempt.
    void regained() { failures_ = 0; }

private:
    int failures_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
};

} // namespace contego
