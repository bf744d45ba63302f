#pragma once

#include <chrono>
#include <optional>

namespace contego::pipeline {

/// How long a request waits before it is tried again, and when that ends.
struct retry_policy {
    std::chrono::milliseconds first_delay{1000}; ///< bound of the first wait; doubles each time; > 0
    std::chrono::milliseconds longest_delay{std::chrono::minutes(5)}; ///< bound of every wait; >= first_delay
    int most_attempts = 30; ///< after that many failed runs it is given up: rejected, or held if the CAS may
                            ///< have done it; 1 or more
    std::chrono::milliseconds longest_age{
        std::chrono::hours(24)}; ///< nor is it tried again when it has been due for so long; 0: however long
};

/// The wait before the next run of a request of which `attempts` runs have failed, the latest included (1 or
/// more) and that has been due for `age`; nothing: give up.
///
/// Full jitter: uniform between 0 and the doubling bound, so that what failed together does not come back
/// together. `jitter` is that uniform draw, in [0, 1). What the CAS asked for (`at_least`) is kept up to
/// `longest_delay`: a CAS that asks for years must not block a smartcard for years.
[[nodiscard]] std::optional<std::chrono::milliseconds>
next_delay(const retry_policy& policy,
           int attempts,
           std::chrono::milliseconds age,
           double jitter,
           std::optional<std::chrono::seconds> at_least);

/// The wait after a run that failed since the CAS was away: it does not grow, for nothing is claimed while
/// the CAS is away, and when it is back nothing should be late. What the CAS asked for is kept as above.
[[nodiscard]] std::chrono::milliseconds next_delay_after_outage(const retry_policy& policy,
                                                                double jitter,
                                                                std::optional<std::chrono::seconds> at_least);

} // namespace contego::pipeline
