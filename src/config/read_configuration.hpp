#pragma once

#include "config/configuration.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace contego::daemon {

/// Variables by their names, all of which begin with `CONTEGOD_`.
using environment = std::map<std::string, std::string>;

/// Those of the process's own environment.
[[nodiscard]] environment process_environment();

/// A configuration as far as it could be read, and all that is wrong with it, each mistake with the path of
/// its key. Usable only without mistakes.
struct configuration_reading {
    configuration result;
    std::vector<std::string> mistakes;
};

/// Reads a configuration from JSON with comments; values of the environment stand above it. Relative paths
/// start at `folder`. Secrets are read from their files. A variable that looks like a misspelt one is a
/// mistake.
[[nodiscard]] configuration_reading
read_configuration(std::string_view text, const std::filesystem::path& folder, const environment& variables);

/// The same from a file; that it cannot be read is a mistake like others.
[[nodiscard]] configuration_reading read_configuration_file(const std::filesystem::path& file,
                                                            const environment& variables);

/// What is wrong with the connection strings, as far as libpq tells without connecting.
[[nodiscard]] std::vector<std::string> mistakes_in(const database_configuration& c);

} // namespace contego::daemon
