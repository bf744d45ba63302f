#pragma once

#include "daemon/configuration.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego::daemon {

/// Looks a variable of the environment up.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The process's own environment.
[[nodiscard]] environment process_environment();

/// Reads a configuration from JSON with comments; values of the environment stand above it. Relative paths
/// start at `folder`. Secrets are read from their files. All mistakes are returned, each with the path of its
/// key.
[[nodiscard]] std::variant<configuration, std::vector<std::string>>
read_configuration(std::string_view text, const std::filesystem::path& folder, const environment& variables);

/// The same from a file; that it cannot be read is a mistake like others.
[[nodiscard]] std::variant<configuration, std::vector<std::string>>
read_configuration_file(const std::filesystem::path& file, const environment& variables);

} // namespace contego::daemon
