#pragma once

#include "support/certificates.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace contego::test {

/// One thing that the server does on a connection.
struct step {
    struct read_request {}; ///< waits for a whole request (header, and body by Content-Length) and records it

    struct read_some {}; ///< waits for at least one byte

    struct write {
        std::string bytes; ///< sent unchanged
    };

    struct drip {
        std::string bytes; ///< sent one by one
        std::chrono::milliseconds pause{};
    };

    struct flood {
        std::string bytes; ///< sent again and again, as fast as they are accepted
    };

    struct pause {
        std::chrono::microseconds time{};
    };

    struct close {}; ///< orderly, with a closing alert if there is TLS

    struct cut {}; ///< ends TCP without a TLS closing alert

    struct reset {}; ///< at once; pending bytes are lost

    struct stall {}; ///< does nothing until the client closes

    struct hold {}; ///< does nothing until `release`

    struct repeat {}; ///< from the start of the script, on the same connection

    std::variant<read_request, read_some, write, drip, flood, pause, close, cut, reset, stall, hold, repeat>
        what;
};

using script = std::vector<step>;

[[nodiscard]] step read_request();
[[nodiscard]] step read_some();
[[nodiscard]] step write(std::string bytes);
[[nodiscard]] step drip(std::string bytes, std::chrono::milliseconds pause);
[[nodiscard]] step flood(std::string bytes);
[[nodiscard]] step pause(std::chrono::microseconds time);
[[nodiscard]] step close();
[[nodiscard]] step cut();
[[nodiscard]] step reset();
[[nodiscard]] step stall();
[[nodiscard]] step hold();
[[nodiscard]] step repeat();

/// Returns an HTTP/1.1 answer with Content-Length and text/xml. `extra` are whole header lines with their
/// CRLF.
[[nodiscard]] std::string answer(int status, const std::string& body, const std::string& extra = {});

/// Returns the script that answers every request on every connection.
[[nodiscard]] script always(const std::string& bytes);

/// How the server uses TLS.
struct server_tls {
    certificate_files identity;
    std::filesystem::path
        client_authority{};  ///< requires a client certificate of this authority; empty: none
    int highest_version = 0; ///< OpenSSL's number, such as TLS1_2_VERSION; 0: the newest
};

/// Everything that the server has seen so far.
struct server_record {
    std::vector<std::string> requests;     ///< whole requests, in the order in which they were complete
    std::vector<std::string> server_names; ///< SNI of each handshake; empty if there was none
    std::size_t connections = 0;           ///< accepted
    std::size_t open = 0;                  ///< now
    std::size_t most_open = 0;             ///< at the same time
    std::size_t steps = 0;                 ///< done, on all connections
    std::size_t ended = 0;                 ///< scripts that were finished or broken off
    std::size_t broken = 0;                ///< scripts that were broken off because the client was gone
    std::size_t failed_handshakes = 0;
    std::size_t was_reset = 0; ///< of the broken ones, scripts that the client reset during a read
};

/// A real TCP or TLS server on the loopback interface, with its own port and thread. The n-th connection
/// plays the n-th script; later connections play the last script.
///
/// A script that ends closes the connection in an orderly way. A script whose connection breaks ends there.
/// Thread safety: all members may be called on any thread.
class scripted_server {
public:
    /// `receive_buffer` are the bytes that the kernel takes before the script reads them; 0: its default.
    explicit scripted_server(std::vector<script> scripts,
                             std::optional<server_tls> tls = std::nullopt,
                             int receive_buffer = 0);
    scripted_server(const scripted_server&) = delete;
    scripted_server& operator=(const scripted_server&) = delete;
    ~scripted_server();

    [[nodiscard]] std::uint16_t port() const;

    /// Returns `http(s)://localhost:port`.
    [[nodiscard]] std::string url() const;

    [[nodiscard]] server_record record() const;

    /// Waits until `wanted` holds for the record. Returns false if it does not hold in time.
    [[nodiscard]] bool wait_until(const std::function<bool(const server_record&)>& wanted,
                                  std::chrono::milliseconds patience = std::chrono::seconds(60)) const;

    /// Lets every present and future `hold` go on.
    void release();

private:
    struct state;
    std::unique_ptr<state> state_;
};

} // namespace contego::test
