#pragma once

#include "http/certificate_facts.hpp"
#include "http/endpoint.hpp"
#include <contego/exchange.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace contego::http {

/// What became of a connection that was opened for nothing but to see whether it can be.
struct endpoint_trial {
    transport_error error = transport_error::none; ///< none: it was opened, and the server kept it
    std::string detail;                            ///< what the library said
    long distrust = 0;    ///< why the server's certificate was refused, in OpenSSL's numbers; 0: it was not
    std::string protocol; ///< `TLSv1.3`; empty without TLS
    std::vector<certificate_facts> chain; ///< what the server showed, trusted or not; its own first
};

/// Opens a connection, with TLS where the endpoint says so, waits a moment for what the server may have
/// against us (it says that it does not know our certificate only after the handshake), and closes it.
/// Nothing is sent. Blocks for `at_most`, and where the server is not trusted once more as long to see what
/// it shows.
[[nodiscard]] endpoint_trial try_endpoint(const endpoint& where, std::chrono::milliseconds at_most);

} // namespace contego::http
