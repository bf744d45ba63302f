#pragma once

#include "pipeline/retry_policy.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace contego::pipeline {

/// How one provider's line runs.
struct line_options {
    std::string provider;
    std::size_t in_flight = 64;    ///< exchanges at once; 1 or more
    std::size_t claim_ahead = 256; ///< requests claimed beyond those, waiting to be sent or recorded
    /// Text of the parameters of all requests that are claimed and not recorded yet, in bytes. As values it
    /// takes up to thirty times as much memory until it is planned.
    std::size_t most_bytes_held = std::size_t{2} * 1024 * 1024;
    /// For one exchange in all, waiting for a connection included.
    std::chrono::milliseconds exchange_timeout{30000};
    /// While the breaker is open, a request that has just become due is left to other daemons for this long:
    /// they may reach the CAS.
    std::chrono::milliseconds left_to_others{200};
    retry_policy retry;
};

} // namespace contego::pipeline
