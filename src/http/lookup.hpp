#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

namespace contego::http {

/// The addresses of a host, or why there are none.
struct lookup_result {
    std::vector<boost::asio::ip::tcp::endpoint> addresses;
    std::string problem; ///< empty if there are addresses
};

/// Asks the system's resolver for the addresses of a host; nothing is cached.
///
/// Gives up at the deadline or when stopped, although the resolver itself goes on. The arguments must live
/// until the coroutine is done.
[[nodiscard]] boost::asio::awaitable<lookup_result> look_up(boost::asio::any_io_executor executor,
                                                            const std::string& host,
                                                            const std::string& port,
                                                            std::stop_token stop,
                                                            std::chrono::steady_clock::time_point deadline);

} // namespace contego::http
