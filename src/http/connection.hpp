#pragma once

#include "http/certificate_facts.hpp"
#include "http/certificates.hpp"
#include "http/deadline.hpp"
#include "http/endpoint.hpp"
#include <contego/exchange.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego::http {

/// Calls its function once, on the thread that stops the client. Its constructor calls the function if the
/// client was stopped before.
using on_stop = std::stop_callback<std::function<void()>>;

/// A failure below HTTP.
struct failure {
    transport_error error;
    std::string detail;
    long distrust = 0; ///< OpenSSL's error for the server's certificate; 0: it was not refused
};

/// The result of a write. `bytes` counts the bytes written, even if there is an error.
struct transfer {
    boost::system::error_code error;
    std::size_t bytes = 0;
};

/// The result of a read. The bytes are valid until the next read.
struct arrival {
    boost::system::error_code error;
    std::string_view bytes;
};

/// One TCP connection to the server, with TLS if a context is given. After any error, only destroy it.
/// Stopping the client closes it, and pending operations then fail.
///
/// A deadline ends an operation even while bytes keep arriving; its error is `timed_out`. A connection that
/// ends in the middle of an exchange is reset, not closed. Otherwise the kernel would go on sending the bytes
/// that it buffered, and the server would carry out a command that we gave up.
///
/// Single-threaded.
class connection {
public:
    connection(const boost::asio::any_io_executor& executor,
               const std::shared_ptr<boost::asio::ssl::context>& context,
               const std::stop_token& stop);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Connects, and performs the TLS handshake if there is TLS. If this is not done by `until`, the failure
    /// is `connect`.
    boost::asio::awaitable<std::optional<failure>>
    open(boost::asio::ip::tcp::endpoint address, const endpoint& where, time_point until);

    /// Writes a whole request. An exchange begins.
    boost::asio::awaitable<transfer> write(std::string_view request, time_point deadline);

    /// Waits until bytes arrive and returns them.
    boost::asio::awaitable<arrival> read_some(time_point deadline);

    /// Ends the exchange. Call it after the answer was read to its end.
    void finish();

    /// Returns whether the bytes cannot answer the request that was just written. Call it right after a read.
    ///
    /// True means that the bytes left the server's host before the request had arrived there. The kernel
    /// knows, since each packet says how many bytes had arrived. On a connection that carried other requests,
    /// the whole request must have arrived before the answer. On a new connection any part of it is enough,
    /// since a server may refuse a request before it has read all of it.
    [[nodiscard]] bool came_before_request();

    /// Returns whether the server kept the connection open and sent nothing unasked. Call it between two
    /// exchanges.
    [[nodiscard]] bool is_quiet();

    [[nodiscard]] bool is_encrypted() const { return tls_ != nullptr; }

    /// Returns the TLS version of the connection, for example `TLSv1.3`. Empty without TLS.
    [[nodiscard]] std::string protocol();

    /// Returns the certificates that the server sent, its own first. Empty without TLS.
    [[nodiscard]] std::vector<certificate_facts> shown_chain();

    /// Returns when the connection was created.
    [[nodiscard]] time_point opened() const { return opened_; }

private:
    boost::asio::awaitable<std::optional<failure>> shake_hands(const endpoint& where);
    [[nodiscard]] boost::system::error_code named(boost::system::error_code ec) const;
    void bound_delivery(time_point until);
    void close();

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_; ///< nullptr without TLS
    deadline deadline_;
    std::array<char, 16384> read_; ///< most answers fit in one read
    time_point opened_;
    std::chrono::milliseconds delivery_bound_{0}; ///< as last given to the kernel; 0: never given
    std::size_t request_size_ = 0;                ///< bytes of the last request
    bool was_used_ = false;                       ///< an earlier exchange on this connection was completed
    bool is_under_way_ = false;
    on_stop closing_;
};

using opened = std::variant<std::unique_ptr<connection>, failure>;

/// Opens a connection to the first address of the host that accepts one.
///
/// If none does, returns the kind of the failure at the last address, and the details of all addresses. The
/// arguments must live until the coroutine is done.
boost::asio::awaitable<opened> open_connection(boost::asio::any_io_executor executor,
                                               const endpoint& where,
                                               certificates& files,
                                               std::stop_token stop,
                                               time_point deadline);

/// Returns how a failed read is reported after the request was sent.
[[nodiscard]] transport_error read_error(boost::system::error_code ec);

} // namespace contego::http
