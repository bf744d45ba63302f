#pragma once

#include <contego/envelope.hpp>
#include <contego/exchange.hpp>

#include <chrono>
#include <functional>

namespace contego {

/// Role: posts an envelope to one provider's endpoint.
class transport {
public:
    using done = std::function<void(exchange)>;

    transport() = default;
    transport(const transport&) = delete;
    transport& operator=(const transport&) = delete;
    virtual ~transport() = default;

    /// Calls `then` exactly once, on the network thread, no later than a moment after `deadline`; never from
    /// inside `send`. Never throws: what goes wrong is in the exchange. The exchange is not repeated here,
    /// ever: whoever calls knows whether the command may be. Call on the network thread only.
    virtual void send(envelope e, std::chrono::steady_clock::time_point deadline, done then) = 0;
};

} // namespace contego
