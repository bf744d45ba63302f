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

/// How a provider's server is recognised, and how we show who we are. Only for a URL with `https`.
struct tls_options {
    /// PEM file of the authorities that may sign the server's certificate; empty: those of the operating
    /// system.
    std::filesystem::path ca_file{};

    /// PEM file of our certificate, followed by its chain; empty: none. Needs `key_file`.
    std::filesystem::path certificate_file{};

    /// PEM file of the private key of `certificate_file`, without a pass phrase.
    std::filesystem::path key_file{};

    /// The name that the server is asked for (SNI) and that its certificate must carry; empty: the host of
    /// the URL.
    std::string server_name{};

    tls_version minimum_version = tls_version::tls_1_2;

    /// Whether a certificate without subject alternative names may carry the name as its common name, as was
    /// usual until 2011.
    bool accept_common_name = false;

    /// Whether the server's certificate and name are checked. Turned off only where someone says so.
    bool verify = true;
};

/// One provider's endpoint, and what we allow ourselves there. `check` enforces every range.
struct endpoint_options {
    /// `http(s)://host[:port][/base]`. The path of an envelope is appended to the base. No user, query or
    /// fragment.
    std::string url{};

    /// HTTP Basic; both empty: no Authorization header. The user contains no colon.
    std::string user{};
    std::string password{};

    /// Most connections open at the same time, and so most exchanges: 1 to 1000.
    std::size_t connections = 8;

    /// An idle connection is closed after this time: 0 (never kept) to 1 h. Must be shorter than the server's
    /// own limit, which is 5 s in common servers: a request that meets a closing connection may or may not
    /// have been done.
    std::chrono::milliseconds idle_timeout{4'000};

    /// A connection older than this is not used again, so that a change of address or certificate is
    /// followed: 1 s to 24 h.
    std::chrono::milliseconds max_age{300'000};

    /// For one address of the host, from the first packet to the end of the TLS handshake: 1 ms to 10 min.
    /// The deadline of the exchange cuts it short.
    std::chrono::milliseconds connect_timeout{5'000};

    /// Largest header of an answer, in bytes: 1 KiB to 1 MiB.
    std::size_t header_limit = std::size_t{16} * 1024;

    /// Largest body of an answer, in bytes: 1 KiB to 1 GiB.
    std::size_t body_limit = std::size_t{4} * 1024 * 1024;

    tls_options tls{};
};

// NOLINTEND(readability-redundant-member-init)

} // namespace contego::http
