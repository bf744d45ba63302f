#pragma once

#include <contego/envelope.hpp>
#include <contego/exchange.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace contego {

/// Role: posts an envelope to one provider's endpoint.
class transport {
public:
    transport() = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    virtual ~transport() = default;

    /// Posts the envelope once and returns the exchange, no later than a moment after `deadline`. Never
    /// throws: a failure is described in the exchange. Never repeats the exchange: only the caller knows
    /// whether the command may be sent twice.
    ///
    /// Await it on the network thread. If the transport is destroyed meanwhile, the
    /// exchange ends soon with an error.
    [[nodiscard]] virtual boost::asio::awaitable<exchange>
    send(envelope e, std::chrono::steady_clock::time_point deadline) = 0;
};

} // namespace contego
