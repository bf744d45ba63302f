#pragma once

#include "http/endpoint_options.hpp"

#include <string>
#include <variant>
#include <vector>

namespace contego::http {

/// An endpoint whose options were checked, with its URL taken apart. Made by `check` only.
struct endpoint {
    endpoint_options options;
    bool tls = false;
    std::string host; ///< name or address, an IPv6 address without its brackets
    std::string port; ///< decimal
    std::string base; ///< path with a leading and without a trailing slash, or empty
};

/// The endpoint, or everything that is wrong with the options, one sentence each: `connections: must be 1 to
/// 1000 (was 0)`. Reads the TLS files, so that a missing or unfitting one is found at start.
[[nodiscard]] std::variant<endpoint, std::vector<std::string>> check(endpoint_options options);

} // namespace contego::http
