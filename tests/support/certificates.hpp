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

/// What a certificate says.
struct certificate_request {
    std::string name = "localhost";     ///< DNS name, or IPv4 address; the only one it is good for
    std::chrono::hours valid_from{-24}; ///< from now
    std::chrono::hours valid_until{24}; ///< from now
    bool only_common_name = false;      ///< as before there were subject alternative names
};

/// A certificate authority that lives as long as its object, with everything that it issued, in a directory
/// of its own.
class certificate_authority {
public:
    explicit certificate_authority(const std::string& name = "test authority");
    certificate_authority(const certificate_authority&) = delete;
    certificate_authority& operator=(const certificate_authority&) = delete;
    ~certificate_authority();

    /// The authority's own certificate: what a client trusts.
    [[nodiscard]] std::filesystem::path file() const;

    /// A new key, and a certificate for it, good for servers and clients.
    certificate_files issue(const certificate_request& wanted = {});

    /// The directory of its files; a test may put others there.
    [[nodiscard]] const std::filesystem::path& directory() const;

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace contego::test
