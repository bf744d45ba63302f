#pragma once

#include <contego/binding.hpp>

#include <filesystem>
#include <string>

namespace contego::samples {

/// The bytes of a file; throws where it cannot be read.
[[nodiscard]] std::string text_of(const std::filesystem::path& file);

/// The default binding: config/binding.xml as it is shipped.
[[nodiscard]] std::string shipped_text();

/// The same, compiled once.
[[nodiscard]] const binding& shipped();

} // namespace contego::samples
