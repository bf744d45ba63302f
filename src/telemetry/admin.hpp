#pragma once

#include "config/configuration.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace contego::daemon {

/// The functions whose results the admin listener serves. They are called on the network thread.
struct admin_sources {
    std::function<std::string()> metrics;                ///< the metrics in Prometheus's text format
    std::function<std::optional<std::string>()> unready; ///< why the daemon is not ready, or nothing if it is
};

/// Serves GET /metrics, /readyz and /livez. It takes no body, closes the connection after each answer, and
/// refuses a Host header for which `is_meant_for` is false.
///
/// Clients cannot use up the descriptors that the lines need. Connections beyond `most_connections` are
/// closed at once. A client must send its request within 5 seconds and read the answer within 10 more.
class admin {
public:
    /// Begins to listen. Throws boost::system::system_error if that fails.
    admin(boost::asio::io_context& network,
          admin_configuration where,
          admin_sources sources,
          std::size_t most_connections);

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    /// Serves requests as long as the network runs.
    boost::asio::awaitable<void> run();

private:
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket) const;

    admin_configuration where_;
    boost::asio::ip::tcp::acceptor acceptor_;
    admin_sources sources_;
    const std::size_t most_connections_;
    std::size_t connections_ = 0;
};

} // namespace contego::daemon
