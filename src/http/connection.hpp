#pragma once

#include "http/certificate_facts.hpp"
#include "http/certificates.hpp"
#include "http/endpoint.hpp"
#include <contego/exchange.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>

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

using time_point = std::chrono::steady_clock::time_point;

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

/// One TCP connection to the server, with TLS where a context is given. After any error it is good for
/// nothing but to be destroyed, which closes it. Stopping closes it too: whatever is done with it then fails.
class connection {
public:
    connection(const boost::asio::any_io_executor& executor,
               const std::shared_ptr<boost::asio::ssl::context>& context,
               const std::stop_token& stop);

    /// Connects, and shakes hands where there is TLS: until `until`, or the failure is `connect`.
    boost::asio::awaitable<std::optional<failure>>
    open(boost::asio::ip::tcp::endpoint address, const endpoint& where, time_point until);

    boost::asio::awaitable<transfer> write(std::string_view bytes, time_point deadline);

    /// What is there, as soon as there is anything.
    boost::asio::awaitable<arrival> read_some(time_point deadline);

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

    boost::beast::tcp_stream tcp_;
    std::unique_ptr<boost::asio::ssl::stream<boost::beast::tcp_stream&>>
        tls_;                      ///< nullptr where there is no TLS
    std::array<char, 16384> read_; ///< most answers in one piece
    time_point opened_;
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
