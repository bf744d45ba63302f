#pragma once

#include "http/endpoint.hpp"
#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace contego::http {

/// The state of the connection pool of an endpoint at this moment.
struct pool_stats {
    std::size_t open = 0;    ///< connections in use, being opened, or idle; at most `connections`
    std::size_t idle = 0;    ///< idle connections, kept for the next exchange
    std::size_t waiting = 0; ///< exchanges that wait for a connection
};

/// Posts envelopes to one endpoint over HTTP/1.1, using a bounded pool of kept connections.
///
/// Exchanges get one of `connections` places, first come, first served. An exchange takes an idle connection
/// that the server has not closed, or opens one. It then writes the request and reads one answer. The
/// deadline covers all of it. Nothing is sent twice.
///
/// Any status is an answer: redirects are not followed, and a 500 may carry a SOAP fault. An answer that
/// claims to be compressed is `malformed`, since we ask for none. TLS files are read again when they change.
///
/// `not_sent` means that no byte was handed to the socket or, with TLS, to the TLS layer. With TLS 1.3, a
/// server refuses our certificate only after we sent the request. Such an exchange is `sent_no_answer` with
/// error `tls`.
///
/// Thread safety: none. Use and destroy the client on the network thread, or on a thread that knows that the
/// io_context is not running. Destroy the client before the io_context.
///
/// Destruction ends every pending exchange with error `closed`, as soon as the io_context runs.
class endpoint_client : public transport {
public:
    /// Returns the state of the pool.
    [[nodiscard]] virtual pool_stats stats() const = 0;

    /// Returns a sentence that says why the newest TLS files are not in use. Empty if they are in use.
    /// Otherwise the files that were read before stay in use.
    [[nodiscard]] virtual std::string tls_problem() const = 0;
};

/// Makes a client for this endpoint.
[[nodiscard]] std::unique_ptr<endpoint_client> make_endpoint_client(boost::asio::any_io_executor executor,
                                                                    endpoint where);

} // namespace contego::http
