#pragma once

#include <chrono>
#include <optional>

namespace contego::pipeline {

/// How long a request waits before it is tried again, and when it is given up.
struct retry_policy {
    std::chrono::milliseconds first_delay{1000}; ///< bound of the first wait; doubles each time; > 0
    std::chrono::milliseconds longest_delay{std::chrono::minutes(5)}; ///< bound of every wait; >= first_delay
    int most_attempts = 30; ///< a request is given up after that many failed runs: rejected, or held if the
                            ///< CAS may have done it; 1 or more
    std::chrono::milliseconds longest_age{
        std::chrono::hours(24)}; ///< a request that has been due for longer is given up, too; 0: no limit
};

/// Returns the wait before the next run of a request, or nothing if it must be given up. `attempts` runs have
/// failed, the latest included (1 or more). It has been due for `age`.
/// Full jitter: the wait is uniform between 0 and the doubling bound, so that requests that failed together
/// do not come back together. `jitter` is the uniform draw, in [0, 1). If the CAS asked for a wait
/// (`at_least`), it is respected up to `longest_delay`: a CAS that asks for years must not block a smartcard
/// for years.
[[nodiscard]] std::optional<std::chrono::milliseconds>
next_delay(const retry_policy& policy,
           int attempts,
           std::chrono::milliseconds age,
           double jitter,
           std::optional<std::chrono::seconds> at_least);

/// Returns the wait after a run that failed because the CAS was away. It does not grow: nothing is claimed
/// while the CAS is away, and no request should be late when it is back. `at_least` is respected as above.
[[nodiscard]] std::chrono::milliseconds next_delay_after_outage(const retry_policy& policy,
                                                                double jitter,
                                                                std::optional<std::chrono::seconds> at_least);

} // namespace contego::pipeline
