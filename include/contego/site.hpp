#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace contego {

/// Secrets by name, such as a password that the envelope carries.
using secret_values = std::map<std::string, std::string, std::less<>>;

/// Returns whether a secret may have this name: letters of ASCII, digits, `-` and `_`.
[[nodiscard]] bool is_secret_name(std::string_view name);

/// The part of a site's configuration that a binding needs when it renders.
struct site {
    secret_values secrets{};
    std::string endpoint{}; ///< URL of the preferred endpoint
};

} // namespace contego
