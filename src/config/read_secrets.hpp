#pragma once

#include <contego/site.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace contego::daemon {

/// The secrets of a file, and every mistake in it. No mistake shows a secret.
struct secrets_reading {
    secret_values values;
    std::vector<std::string> mistakes;
};

/// Reads lines `NAME=VALUE`. The value is the rest of the line, unchanged. Empty lines and lines that begin
/// with `#` are skipped.
///
/// A value has 4 to 1000 bytes of UTF-8 without control characters. A shorter one would be masked everywhere
/// in an answer.
[[nodiscard]] secrets_reading read_secrets(std::string_view content);

} // namespace contego::daemon
