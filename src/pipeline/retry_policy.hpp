#pragma once

#include <chrono>
#include <optional>

namespace contego::pipeline {

/// How long a request waits before it is tried again, and when that ends.
struct retry_policy {
    std::chrono::milliseconds first_delay{1000}; ///< bound of the first wait; doubles each time; > 0
    std::chrono::milliseconds longest_delay{std::chrono::minutes(5)}; ///< bound of every wait; >= first_delay
    int most_attempts = 30; ///< after that many failed runs the request is rejected; 1 or more
};

/// The wait before the next run of a request of which `attempts` runs have failed, the latest included (1 or
/// more); nothing: give up.
///
/// Full jitter: uniform between 0 and the doubling bound, so that what failed together does not come back
/// together. `dice` is that uniform draw, in [0, 1). What the CAS asked for (`at_least`) is kept, even beyond
/// the bound.
[[nodiscard]] std::optional<std::chrono::milliseconds> next_delay(
    const retry_policy& policy, int attempts, double dice, std::optional<std::chrono::seconds> at_least);

} // namespace contego::pipeline
