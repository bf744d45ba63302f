#pragma once

#include <contego/exchange.hpp>

#include <cstdint>
#include <string>

namespace contego::http {

/// What an exchange says of the endpoint, whatever it says of the command.
enum class endpoint_signal_kind : std::uint8_t {
    life,    ///< it answered, be it with a fault
    nothing, ///< the exchange never got as far as the endpoint
    refusal, ///< it turned us away: 401, 403, 407
    garble,  ///< something answered that cannot be read
    death,   ///< no connection, no answer, or a gateway with nobody behind it: 502, 503, 504
};

struct endpoint_signal {
    endpoint_signal_kind endpoint = endpoint_signal_kind::life;
    bool loss = false; ///< it has more to do than it can: a time-out, 429 or 503
    std::string why;   ///< for people; empty for life
};

[[nodiscard]] endpoint_signal signal_in(const exchange& e);

} // namespace contego::http
