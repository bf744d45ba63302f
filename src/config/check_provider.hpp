#pragma once

#include "config/configuration.hpp"
#include "http/endpoint.hpp"

#include <string>
#include <variant>
#include <vector>

namespace contego::daemon {

/// A provider's endpoints, the first one first, or everything that is wrong with them.
[[nodiscard]] std::variant<std::vector<http::endpoint>, std::vector<std::string>>
check_endpoints(const provider_configuration& p);

/// Everything that is wrong with a provider's binding and endpoints.
[[nodiscard]] std::vector<std::string> mistakes_in(const provider_configuration& p);

/// A sentence that names the commands that a provider's binding lacks; empty if it has all of them, or if the
/// file is wrong.
[[nodiscard]] std::string unsupported_commands(const provider_configuration& p);

} // namespace contego::daemon
