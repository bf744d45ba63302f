#pragma once

#include "config/configuration.hpp"
#include <contego/binding.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego::daemon {

/// Returns the text that config/binding.xml had when the program was built.
[[nodiscard]] std::string_view default_binding();

/// Returns the name of a binding file for people: `default binding` if the path is empty.
[[nodiscard]] std::string name_of_binding(const std::filesystem::path& file);

/// Compiles a binding file, or the default binding if the path is empty. Returns the mistakes as `FILE:LINE:
/// reason`.
[[nodiscard]] std::variant<binding, std::vector<std::string>> load_binding(const std::filesystem::path& file);

/// Does the same for a provider, and gives the binding the provider's secrets. A secret that the binding file
/// uses and the provider lacks is a mistake.
[[nodiscard]] std::variant<binding, std::vector<std::string>> load_binding(const provider_configuration& p);

} // namespace contego::daemon
