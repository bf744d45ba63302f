#pragma once

#include <contego/binding.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace contego::samples {

/// Returns the bytes of a file. Throws if it cannot be read.
[[nodiscard]] std::string text_of(const std::filesystem::path& file);

/// Returns the default binding, config/binding.xml as it is shipped.
[[nodiscard]] std::string shipped_text();

/// Returns the same binding, compiled once.
[[nodiscard]] const binding& shipped();

/// Returns the commands that it supports.
[[nodiscard]] std::vector<command_type> shipped_commands();

} // namespace contego::samples
