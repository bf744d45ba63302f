#pragma once

#include "http/endpoint.hpp"
#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace contego::http {

/// What the pool of an endpoint looks like at the moment.
struct pool_stats {
    std::size_t open = 0;    ///< connections in use, being opened, or idle; never more than `connections`
    std::size_t idle = 0;    ///< of these, kept for the next exchange
    std::size_t waiting = 0; ///< exchanges that wait for a connection
};

/// Posts envelopes to one endpoint over HTTP/1.1, over a bounded pool of kept connections.
///
/// An exchange waits its turn (first come, first served) for one of `connections`, takes an idle connection
/// that the server has not closed, or opens one, writes, and reads one answer. The deadline covers all of it.
/// Nothing is sent twice. Any status is an answer: redirects are not followed, a 500 may carry a SOAP fault.
/// An answer that claims to be compressed is `malformed`, since none was asked for. TLS files are read again
/// when they change.
///
/// States: `not_sent` means that no byte was handed to the socket, or, with TLS, to the TLS layer. With
/// TLS 1.3 a server refuses our certificate only after we sent, so that such an exchange is `sent_no_answer`
/// with error `tls`.
///
/// Thread safety: none; everything, the destructor too, belongs on the network thread, or to a thread that
/// knows that the io_context is not running. The client must be destroyed before the io_context. Destruction
/// ends every pending exchange with error `closed`, as soon as the io_context runs.
class endpoint_client : public transport {
public:
    [[nodiscard]] virtual pool_stats stats() const = 0;

    /// Why the newest TLS files are not in use, for people; empty where they are. While this is so, the ones
    /// read before stay in use.
    [[nodiscard]] virtual std::string tls_problem() const = 0;
};

[[nodiscard]] std::unique_ptr<endpoint_client> make_endpoint_client(boost::asio::any_io_executor executor,
                                                                    endpoint where);

} // namespace contego::http
