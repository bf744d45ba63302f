#pragma once

#include <openssl/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace contego::http {

/// What a certificate says of itself, as far as somebody who has to renew it wants to know.
struct certificate_facts {
    std::string subject;              ///< `CN=cas.example`
    std::chrono::sys_seconds expires; ///< the last second in which it is good
};

[[nodiscard]] certificate_facts facts_of(const X509* certificate);

/// All certificates of a PEM file, in its order. Throws std::runtime_error that names the file where it
/// cannot be read or has none.
[[nodiscard]] std::vector<certificate_facts> facts_of_file(const std::filesystem::path& file);

} // namespace contego::http
