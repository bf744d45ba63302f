#pragma once

#include "config/configuration.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace contego::daemon {

/// Environment variables by name; every name begins with `CONTEGOD_`.
using environment = std::map<std::string, std::string>;

/// Returns the variables of the process's environment whose names begin with `CONTEGOD_`.
[[nodiscard]] environment process_environment();

/// A configuration as far as it could be read, and every mistake in it with the path of its key. The
/// configuration must not be used if there are mistakes.
struct configuration_reading {
    configuration result;
    std::vector<std::string> mistakes;
};

/// Reads a configuration from JSON with comments. An environment variable overrides the key of the same name.
/// Relative paths start at `folder`. Secrets are read from the files that the configuration names. A variable
/// whose name looks misspelt is a mistake.
[[nodiscard]] configuration_reading
read_configuration(std::string_view text, const std::filesystem::path& folder, const environment& variables);

/// Reads a configuration from a file. If the file cannot be read, that is a mistake like others.
[[nodiscard]] configuration_reading read_configuration_file(const std::filesystem::path& file,
                                                            const environment& variables);

/// Returns the mistakes in the connection strings that libpq finds without connecting.
[[nodiscard]] std::vector<std::string> mistakes_in(const database_configuration& c);

} // namespace contego::daemon
