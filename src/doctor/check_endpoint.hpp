#pragma once

#include "doctor/finding.hpp"
#include "http/endpoint.hpp"
#include "http/try_endpoint.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace contego::daemon {

// What a look at an endpoint means. Pure; at least one finding each. `subject` begins the sentence: which
// provider, which address.

/// Whether the CAS is reached, and is who it should be.
[[nodiscard]] findings
check_endpoint(const std::string& subject, const http::endpoint& where, const http::endpoint_trial& seen);

/// The certificate that ends first of those shown or named: beyond 30 days good, within 7 an error.
[[nodiscard]] findings check_expiry(const std::string& subject,
                                    const std::vector<http::certificate_facts>& chain,
                                    std::chrono::sys_seconds now,
                                    const std::string& hint);

} // namespace contego::daemon
