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

/// Called once, at once, when the client is stopped; on construction where it was stopped before.
using on_stop = std::stop_callback<std::function<void()>>;

/// What went wrong below HTTP.
struct failure {
    transport_error error;
    std::string detail;
    long distrust = 0; ///< why the server's certificate was refused, in OpenSSL's numbers; 0: it was not
};

/// What a write came to. `bytes` counts also where there is an error.
struct transfer {
    boost::system::error_code error;
    std::size_t bytes = 0;
};

/// What a read came to. The bytes are good until the next read.
struct arrival {
    boost::system::error_code error;
    std::string_view bytes;
};

/// One TCP connection to the server, with TLS if a context is given. After any error it is good for
/// nothing but to be destroyed. Stopping closes it too: whatever is done with it then fails.
///
/// A deadline holds whatever arrives; its error is `timed_out`. A connection that ends in the middle of an
/// exchange is reset, not closed: else the kernel would go on sending for a while what it had taken, and the
/// server do what was given up.
class connection {
public:
    connection(const boost::asio::any_io_executor& executor,
               const std::shared_ptr<boost::asio::ssl::context>& context,
               const std::stop_token& stop);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection();

    /// Connects, and shakes hands if there is TLS: until `until`, or the failure is `connect`.
    boost::asio::awaitable<std::optional<failure>>
    open(boost::asio::ip::tcp::endpoint address, const endpoint& where, time_point until);

    /// Writes a whole request: an exchange begins.
    boost::asio::awaitable<transfer> write(std::string_view request, time_point deadline);

    /// What is there, as soon as there is anything.
    boost::asio::awaitable<arrival> read_some(time_point deadline);

    /// The answer of the exchange was read to its end.
    void finish();

    /// Right after a read: whether the bytes left the server's host before the request that was just written
    /// had arrived there, so that they cannot be its answer. What the kernel knows tells: each packet says
    /// how much had arrived. On a connection that carried other requests, all of the request must have
    /// arrived before; on a new one any of it, for a server may turn away a request that it did not read to
    /// its end.
    [[nodiscard]] bool came_before_request();

    /// Between two exchanges: whether the server neither closed the connection nor sent what nobody asked
    /// for.
    [[nodiscard]] bool is_quiet();

    [[nodiscard]] bool is_encrypted() const { return tls_ != nullptr; }

    /// The version of TLS agreed on, as `TLSv1.3`; empty without TLS.
    [[nodiscard]] std::string protocol();

    /// The certificates that the server showed, its own first; none without TLS.
    [[nodiscard]] std::vector<certificate_facts> shown_chain();

    [[nodiscard]] time_point opened() const { return opened_; }

private:
    boost::asio::awaitable<std::optional<failure>> shake_hands(const endpoint& where);
    [[nodiscard]] boost::system::error_code named(boost::system::error_code ec) const;
    void bound_delivery(time_point until);
    void close();

    boost::asio::ip::tcp::socket socket_;
    std::unique_ptr<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_; ///< nullptr without TLS
    deadline deadline_;
    std::array<char, 16384> read_; ///< most answers in one piece
    time_point opened_;
    std::chrono::milliseconds delivery_bound_{0}; ///< as it was last set; 0: never
    std::size_t request_size_ = 0;                ///< of the last request
    bool was_used_ = false;                       ///< an exchange before this one came to its end
    bool is_under_way_ = false;
    on_stop closing_;
};

using opened = std::variant<std::unique_ptr<connection>, failure>;

/// A new connection to the first address of the host that takes one; else the failure at the last address,
/// with the details of all. The arguments must live until it is done.
boost::asio::awaitable<opened> open_connection(boost::asio::any_io_executor executor,
                                               const endpoint& where,
                                               certificates& files,
                                               std::stop_token stop,
                                               time_point deadline);

/// How a failed read is named once the request has left.
[[nodiscard]] transport_error read_error(boost::system::error_code ec);

} // namespace contego::http
