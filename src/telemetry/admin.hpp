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

/// What the admin listener answers from; called on the network thread.
struct admin_sources {
    std::function<std::string()> metrics;                ///< exposition text
    std::function<std::optional<std::string>()> unready; ///< why we are not ready; nothing: ready
};

/// GET /metrics, /readyz, /livez on a loopback address. Knows no other path, takes no body, keeps no
/// connection, answers no other Host than is_meant_for says.
///
/// Whoever connects cannot use up what the lines need: connections beyond `most_connections` are closed at
/// once, and each must ask within 5 seconds and read the answer within 10 more.
class admin {
public:
    /// Listens at once. Throws boost::system::system_error where that fails.
    admin(boost::asio::io_context& network,
          admin_configuration where,
          admin_sources sources,
          std::size_t most_connections);

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    /// Serves as long as the network runs.
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
