#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

/// A hash function that the binding file names.
enum class hash_function { md5, sha1, sha256 };

/// Returns the function of a name: `md5`, `sha1` or `sha256`.
[[nodiscard]] std::optional<hash_function> hash_function_of(std::string_view name);

/// Returns the bytes of the hash of a text. Throws std::runtime_error if OpenSSL refuses the function.
[[nodiscard]] std::string hash_of(hash_function f, std::string_view text);

/// Returns bytes as hexadecimal digits in lower case.
[[nodiscard]] std::string hexadecimal_of(std::string_view bytes);

} // namespace contego::wire
