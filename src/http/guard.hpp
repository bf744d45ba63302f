#pragma once

#include "http/breaker.hpp"
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
    std::size_t in_flight = 64; ///< most exchanges at once; 1 or more
    double rate = 0;            ///< most exchanges a second; 0: as many as come
    breaker_options breaker;
};

/// One of a provider's endpoints.
struct guarded_endpoint {
    std::string name; ///< for people: its URL
    std::unique_ptr<transport> client;
};

/// What the guard tells of an endpoint, on the network thread.
using endpoint_told = std::function<void(std::string_view endpoint, bool open, std::string_view reason)>;

/// Stands before a provider's endpoints: sends to the first that is alive, asks the dead whether they are
/// back, and holds back what would overload them.
///
/// Each endpoint has a breaker and an adaptive limit. While the first is taken for dead, the next one takes
/// its place; once a second, one exchange goes to the dead one instead and shows whether it is back. Where
/// that probe could not be sent at all it goes to the living one after all. With nobody alive only probes
/// pass, one at a time, to the endpoints in turn.
///
/// An exchange that was sent and failed is handed on when it is clear whose fault that was: at once if the
/// breaker is open; when an exchange that began later is answered, the endpoint was alive; else after a
/// second it was an outage. So `then` comes up to a second after the deadline. A refusal (401, 403) is such a
/// failure; that of a command which was refused before, while others were answered, is always its own. So is
/// an answer that cannot be read: the command may have been done.
///
/// Thread safety and lifetime are those of endpoint_client.
class guard : public transport, public admission_control {
public:
    /// More or fewer exchanges, and more or fewer a second, from now on: this daemon's share of the fleet's.
    /// `in_flight` 0: none, not even probes. What is on its way stays so.
    virtual void allow(std::size_t in_flight, double rate) = 0;

    /// Ends what is on its way, at once: as sent and not answered, or as not sent, by an outage. Nothing can
    /// be sent afterwards.
    virtual void cancel_all() = 0;
};

/// `endpoints` in the order of preference, at least one.
[[nodiscard]] std::unique_ptr<guard> make_guard(boost::asio::any_io_executor executor,
                                                std::vector<guarded_endpoint> endpoints,
                                                guard_options options,
                                                endpoint_told told);

} // namespace contego::http
