#pragma once

#include "config/configuration.hpp"

#include <string>
#include <vector>

namespace contego::daemon {

/// Returns a sentence, with a HINT, for each file with a secret that more users may read or write than its
/// owner and, to read it, its group. The sentences contain the key and the name of the file.
[[nodiscard]] std::vector<std::string> exposed_files(const configuration& c);

} // namespace contego::daemon
