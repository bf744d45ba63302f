#pragma once

#include <chrono>
#include <random>

namespace contego {

/// Returns how long to wait before asking the database again after `failures` (1 or more) failed attempts in
/// a row.
///
/// The wait lies between half of a bound and the bound, which doubles from `first` up to `longest`. So a
/// daemon is back soon after the database, and many daemons do not come all at once. `jitter` is a uniform
/// draw in [0, 1).
[[nodiscard]] std::chrono::milliseconds
delay_after(int failures,
            double jitter,
            std::chrono::milliseconds first = std::chrono::milliseconds(100),
            std::chrono::milliseconds longest = std::chrono::milliseconds(2000));

/// Counts failed attempts in a row and returns how long to wait after each. Not thread safe.
class backoff {
public:
    /// The first wait is at most `first`, and every wait at most `longest`.
    explicit backoff(std::chrono::milliseconds first = std::chrono::milliseconds(100),
                     std::chrono::milliseconds longest = std::chrono::milliseconds(2000))
        : first_(first), longest_(longest) {}

    /// Counts one more failed attempt. Returns how long to wait.
    [[nodiscard]] std::chrono::milliseconds next();

    /// Resets the count after a successful attempt.
    void regained() { failures_ = 0; }

private:
    std::chrono::milliseconds first_;
    std::chrono::milliseconds longest_;
    int failures_ = 0;
    std::mt19937_64 random_{std::random_device{}()};
};

} // namespace contego
