#pragma once

#include <openssl/types.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace contego::http {

/// Facts about a certificate that a person who has to renew it needs.
struct certificate_facts {
    std::string subject;              ///< for example `CN=cas.example`
    std::chrono::sys_seconds expires; ///< the last second in which it is valid
};

/// Returns the facts of one certificate.
[[nodiscard]] certificate_facts facts_of(const X509* certificate);

/// Returns the facts of all certificates in a PEM file, in the order of the file. Throws std::runtime_error
/// that names the file if it cannot be read or holds no certificate.
[[nodiscard]] std::vector<certificate_facts> facts_of_file(const std::filesystem::path& file);

} // namespace contego::http
