#pragma once

#include "doctor/finding.hpp"
#include "http/endpoint.hpp"
#include "http/try_endpoint.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace contego::daemon {

// These functions judge a trial of an endpoint. They are pure and return at least one finding. `subject`
// begins each sentence with the provider and the address.

/// Judges whether the CAS was reached, and whether its certificate is trusted.
[[nodiscard]] findings
check_endpoint(const std::string& subject, const http::endpoint& where, const http::endpoint_trial& seen);

/// Judges the certificate of the chain that expires first: less than 30 days is a warning, less than 7 days
/// an error.
[[nodiscard]] findings check_expiry(const std::string& subject,
                                    const std::vector<http::certificate_facts>& chain,
                                    std::chrono::sys_seconds now,
                                    const std::string& hint);

} // namespace contego::daemon
