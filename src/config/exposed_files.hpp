#pragma once

#include "config/configuration.hpp"

#include <string>
#include <vector>

namespace contego::daemon {

/// Returns a sentence, with a HINT, for each file with a secret that is not private. Only its owner may write
/// such a file, and only its owner and its group may read it. The sentences contain the key and the file.
[[nodiscard]] std::vector<std::string> exposed_files(const configuration& c);

} // namespace contego::daemon
