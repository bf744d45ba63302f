#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

namespace contego::http {

enum class tls_version : std::uint8_t { tls_1_2, tls_1_3 };

// GCC's missing-field-initializers wants a default for every member that a designated initializer may leave
// out. NOLINTBEGIN(readability-redundant-member-init)

/// How the server of a provider is verified, and how we identify ourselves. Used only with an `https` URL.
struct tls_options {
    /// PEM file of the certificate authorities that may sign the server's certificate. Empty: the authorities
    /// of the operating system.
    std::filesystem::path ca_file{};

    /// PEM file of our certificate, followed by its chain. Empty: no certificate. Needs `key_file`.
    std::filesystem::path certificate_file{};

    /// PEM file of the private key of `certificate_file`, without a pass phrase.
    std::filesystem::path key_file{};

    /// The name that is sent to the server (SNI) and that its certificate must carry. Empty: the host of the
    /// URL.
    std::string server_name{};

    /// The oldest TLS version that is accepted.
    tls_version minimum_version = tls_version::tls_1_2;

    /// Whether the common name of a certificate is accepted if the certificate has no subject alternative
    /// names. This was usual until 2011.
    bool accept_common_name = false;

    /// Whether the server's certificate and name are verified. Turn it off only on explicit request.
    bool verify = true;
};

/// One endpoint of a provider, and our limits there. `check` enforces every range.
struct endpoint_options {
    /// The URL `http(s)://host[:port][/base]`. The path of an envelope is appended to the base. User, query
    /// and fragment are not allowed.
    std::string url{};

    /// User and password for HTTP Basic. If both are empty, no Authorization header is sent. The user must
    /// not contain a colon.
    std::string user{};
    std::string password{};

    /// Most connections open at the same time, and so most exchanges: 1 to 1000.
    std::size_t connections = 64;

    /// An idle connection is closed after this time: 0 (never kept) to 1 h. It must be shorter than the
    /// server's own limit, which is 5 s in common servers. If a request meets a closing connection, nobody
    /// knows whether the server carried it out.
    std::chrono::milliseconds idle_timeout{4'000};

    /// A connection older than this is not used again: 1 s to 24 h. So a change of address or certificate
    /// takes effect.
    std::chrono::milliseconds max_age{300'000};

    /// Longest time for one address of the host, from the first packet to the end of the TLS handshake: 1 ms
    /// to 10 min. The deadline of the exchange may end it earlier.
    std::chrono::milliseconds connect_timeout{5'000};

    /// Largest header of an answer, in bytes: 1 KiB to 1 MiB.
    std::size_t header_limit = std::size_t{16} * 1024;

    /// Largest body of an answer, in bytes: 1 KiB to 1 GiB.
    std::size_t body_limit = std::size_t{4} * 1024 * 1024;

    tls_options tls{};
};

// NOLINTEND(readability-redundant-member-init)

} // namespace contego::http
