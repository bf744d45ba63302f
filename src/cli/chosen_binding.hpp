#pragma once

#include "config/configuration.hpp"
#include <contego/binding.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace contego::daemon {

/// Which binding a subcommand uses: that of a file, or that of a provider with its secrets and its endpoint.
struct binding_choice {
    std::filesystem::path binding_file{}; ///< empty: the default binding, unless there is a configuration
    std::filesystem::path configuration_file{};
    std::string provider{}; ///< of the configuration; empty: the only one
};

/// Returns the provider of this name, or the only one if the name is empty. Returns nullptr after it printed
/// the names of all providers.
[[nodiscard]] const provider_configuration* chosen_provider(const configuration& c, const std::string& name);

/// A binding, and the name of its file for people.
struct chosen_binding {
    binding wire;
    std::string name;
};

/// Returns the binding, or nothing after it printed every mistake. The endpoint of a binding file alone is
/// `https://cas.example`, and it has no secrets.
[[nodiscard]] std::optional<chosen_binding> choose_binding(const binding_choice& choice);

} // namespace contego::daemon
