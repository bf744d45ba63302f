#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

namespace contego::test {

/// A certificate and its key, as PEM files.
struct certificate_files {
    std::filesystem::path certificate;
    std::filesystem::path key;
};

/// The content of a certificate.
struct certificate_request {
    std::string name = "localhost";     ///< the only DNS name, or IPv4 address, for which it is valid
    std::chrono::hours valid_from{-24}; ///< from now
    std::chrono::hours valid_until{24}; ///< from now
    bool only_common_name = false;      ///< as certificates were before subject alternative names
};

/// A certificate authority with a directory of its own. The directory, with everything that the authority
/// issued, is removed with the object.
class certificate_authority {
public:
    explicit certificate_authority(const std::string& name = "test authority");
    certificate_authority(const certificate_authority&) = delete;
    certificate_authority& operator=(const certificate_authority&) = delete;
    ~certificate_authority();

    /// Returns the authority's own certificate, which a client trusts.
    [[nodiscard]] std::filesystem::path file() const;

    /// Makes a new key and a certificate for it, valid for servers and clients.
    certificate_files issue(const certificate_request& wanted = {});

    /// Returns the directory of its files. A test may put other files there.
    [[nodiscard]] const std::filesystem::path& directory() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace contego::test
