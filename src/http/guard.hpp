#pragma once

#include "http/breaker.hpp"
#include "http/endpoint_options.hpp"
#include <contego/admission_control.hpp>
#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace contego::http {

struct guard_options {
    std::size_t in_flight = endpoint_options{}.connections; ///< most exchanges at once; 1 or more
    double rate = 0;                                        ///< most exchanges a second; 0: no limit
    breaker_options breaker;
};

/// One of a provider's endpoints.
struct guarded_endpoint {
    std::string name; ///< its URL, for people
    std::unique_ptr<transport> client;
};

/// Called on the network thread when the breaker of an endpoint opens or closes.
using endpoint_told = std::function<void(std::string_view endpoint, bool open, std::string_view reason)>;

/// Sends each exchange to the first endpoint of a provider whose breaker is closed, sends probes to the
/// others, and limits how much is sent.
///
/// Each endpoint has a breaker and an adaptive limit. While the breaker of the first endpoint is open, the
/// next one takes its place. Once every probe interval (a second by default), one exchange goes to the first
/// one instead, as a probe. If the probe could not be sent at all, it goes to the endpoint whose breaker is
/// closed. If all breakers are open, only probes pass: one at a time, to the endpoints in turn.
///
/// An exchange that was sent and failed is handed on when it is clear who caused the failure. That is at once
/// if the breaker is open. If an exchange that began later is answered, the endpoint was alive. After a probe
/// interval without either, it was an outage. So `send` may return up to a probe interval after the deadline.
///
/// A refusal (401, 403, 407) is treated as such a failure. If the same command was refused before while
/// others were answered, the command itself is at fault. So it is if an answer cannot be read, since the CAS
/// may have carried out the command.
///
/// An envelope that belongs to an endpoint is sent to no other one: its exchange is `moved` then.
///
/// Thread safety and lifetime are those of endpoint_client.
class guard : public transport, public admission_control {
public:
    /// Sets this daemon's share of the fleet's limits: most exchanges at once, and most exchanges a second
    /// (0: no limit). If `in_flight` is 0, nothing is sent, not even probes. Exchanges in flight go on.
    virtual void allow(std::size_t in_flight, double rate) = 0;

    /// Ends all exchanges in flight at once, as an outage. Their state says whether they were sent. Nothing
    /// can be sent afterwards.
    virtual void cancel_all() = 0;
};

/// Makes a guard. `endpoints` are in the order of preference, at least one.
[[nodiscard]] std::unique_ptr<guard> make_guard(boost::asio::any_io_executor executor,
                                                std::vector<guarded_endpoint> endpoints,
                                                guard_options options,
                                                endpoint_told told);

} // namespace contego::http
