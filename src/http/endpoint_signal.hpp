#pragma once

#include <contego/exchange.hpp>

#include <cstdint>
#include <string>

namespace contego::http {

/// What an exchange shows about the endpoint. What it means for the command is decided elsewhere.
enum class endpoint_signal_kind : std::uint8_t {
    life,    ///< it answered, perhaps with a fault
    nothing, ///< the exchange never reached the endpoint
    refusal, ///< it refused us: HTTP 401, 403, 407
    garble,  ///< it sent bytes that are not a readable answer
    death,   ///< no connection, no answer, or a gateway that cannot reach the CAS: HTTP 502, 503, 504
};

struct endpoint_signal {
    endpoint_signal_kind endpoint = endpoint_signal_kind::life;
    bool loss = false; ///< the endpoint is overloaded: a time-out, HTTP 429 or 503
    std::string why;   ///< the reason, for people; empty for `life`
};

[[nodiscard]] endpoint_signal signal_in(const exchange& e);

/// Returns what the exchange shows about its endpoint.
} // namespace contego::http
