#pragma once

#include "daemon/configuration.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

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
/// connection.
class admin {
public:
    /// Listens at once. Throws boost::system::system_error where that fails.
    admin(boost::asio::io_context& network, const admin_configuration& where, admin_sources sources);

    [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

    /// Serves as long as the network runs.
    boost::asio::awaitable<void> run();

private:
    boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket) const;

    boost::asio::ip::tcp::acceptor acceptor_;
    admin_sources sources_;
};

} // namespace contego::daemon
