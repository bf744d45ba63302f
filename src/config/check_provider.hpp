#pragma once

#include "config/configuration.hpp"
#include "http/endpoint.hpp"
#include <contego/binding.hpp>

#include <string>
#include <variant>
#include <vector>

namespace contego::daemon {

/// Returns a provider's endpoints, the preferred one first, or every mistake in their options.
[[nodiscard]] std::variant<std::vector<http::endpoint>, std::vector<std::string>>
check_endpoints(const provider_configuration& p);

/// Returns every mistake in a provider's binding file and endpoints.
[[nodiscard]] std::vector<std::string> mistakes_in(const provider_configuration& p);

/// Returns sentences about a binding that are no mistakes: the commands that it lacks, and the optional
/// parameters for which it has no place. `file` is its name in these sentences.
[[nodiscard]] std::vector<std::string> remarks_on(const binding& b, const std::string& file);

/// Does the same for a provider's binding. There are no remarks if the file has mistakes.
[[nodiscard]] std::vector<std::string> remarks_on(const provider_configuration& p);

} // namespace contego::daemon
