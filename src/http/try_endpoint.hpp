#pragma once

#include "http/certificate_facts.hpp"
#include "http/endpoint.hpp"
#include <contego/exchange.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace contego::http {

/// The result of a connection that was opened only to see whether it can be opened.
struct endpoint_trial {
    transport_error error = transport_error::none; ///< none: it was opened, and the server kept it open
    std::string detail;                            ///< the message of the library
    long distrust = 0; ///< OpenSSL's error for the server's certificate; 0: it was not refused
    std::chrono::steady_clock::duration opened_in{}; ///< time until it was open, or until it failed
    std::string protocol;                            ///< for example `TLSv1.3`; empty without TLS
    std::vector<certificate_facts> chain;            ///< as the server sent it, trusted or not; its own first
};

/// Opens a connection, with TLS if the endpoint needs it, and closes it. Nothing is sent.
///
/// A server may reject our certificate only after the handshake, so the function then waits half a second for
/// an error. Blocks for at most `at_most` and this half second. If the server is not trusted, a second
/// connection, with the same bounds, reads the certificates.
[[nodiscard]] endpoint_trial try_endpoint(const endpoint& where, std::chrono::milliseconds at_most);

} // namespace contego::http
