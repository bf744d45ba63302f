#pragma once

#include "config/configuration.hpp"
#include "http/endpoint.hpp"

#include <string>
#include <variant>
#include <vector>

namespace contego::daemon {

/// Returns a provider's endpoints, the preferred one first, or every mistake in their options.
[[nodiscard]] std::variant<std::vector<http::endpoint>, std::vector<std::string>>
check_endpoints(const provider_configuration& p);

/// Returns every mistake in a provider's binding file and endpoints.
[[nodiscard]] std::vector<std::string> mistakes_in(const provider_configuration& p);

/// Returns a sentence that names the commands that a provider's binding lacks. It is empty if the binding has
/// all of them, or if the file has mistakes.
[[nodiscard]] std::string unsupported_commands(const provider_configuration& p);

} // namespace contego::daemon
