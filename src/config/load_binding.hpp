#pragma once

#include <contego/binding.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego::daemon {

/// The text of config/binding.xml as it was when this was built.
[[nodiscard]] std::string_view default_binding();

/// Compiles a binding file; an empty path means the default binding. Mistakes read `FILE:LINE: reason`.
[[nodiscard]] std::variant<binding, std::vector<std::string>> load_binding(const std::filesystem::path& file);

} // namespace contego::daemon
