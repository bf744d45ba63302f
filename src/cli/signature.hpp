#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace contego::daemon {

/// Returns the Ed25519 signature of a text as hexadecimal digits. `key` is a file with a private key in PEM.
/// Throws std::runtime_error if there is no such key in the file.
[[nodiscard]] std::string signature_of(std::string_view text, const std::filesystem::path& key);

/// Returns whether the signature is that of the text. `key` is a file with a public or private key in PEM.
/// Throws std::runtime_error if there is no Ed25519 key in the file.
[[nodiscard]] bool
is_signed(std::string_view text, std::string_view signature, const std::filesystem::path& key);

} // namespace contego::daemon
