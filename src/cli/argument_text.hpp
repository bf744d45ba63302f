#pragma once

#include <contego/value.hpp>

#include <optional>
#include <string>

namespace contego::daemon {

/// Returns the bytes of a file, or of standard input if its name is `-`. Returns nothing after it printed why
/// they cannot be read, or that they are more than 16 MiB. `option` is the option that names the file.
[[nodiscard]] std::optional<std::string> text_of_file(const std::string& option, const std::string& file);

/// Returns the parameters of a command or action, or nothing after it printed the mistake in them. The
/// argument is a JSON object, `@FILE`, or `-` for standard input.
[[nodiscard]] std::optional<value> parameters_of(const std::string& argument);

} // namespace contego::daemon
