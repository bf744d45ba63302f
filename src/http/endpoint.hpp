#pragma once

#include "http/endpoint_options.hpp"

#include <string>
#include <variant>
#include <vector>

namespace contego::http {

/// An endpoint with checked options and a parsed URL. Only `check` makes one.
struct endpoint {
    endpoint_options options;
    bool tls = false;
    std::string host; ///< name or address; an IPv6 address has no brackets
    std::string port; ///< decimal number
    std::string base; ///< path that begins with a slash and does not end with one, or empty
};

/// Checks the options and returns the endpoint, or one sentence for each fault.
///
/// A sentence looks like `connections: must be 1 to 1000 (was 0)`. The TLS files are read, so that a missing
/// or mismatched file is found at start.
[[nodiscard]] std::variant<endpoint, std::vector<std::string>> check(endpoint_options options);

} // namespace contego::http
