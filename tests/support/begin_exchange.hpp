#pragma once

#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <utility>

namespace contego::test {

/// Sends an envelope and calls `then` with the exchange, while the executor runs.
inline void begin_exchange(const boost::asio::any_io_executor& network,
                           transport& endpoint,
                           envelope e,
                           std::chrono::steady_clock::time_point deadline,
                           std::function<void(exchange)> then) {
    boost::asio::co_spawn(network,
                          endpoint.send(std::move(e), deadline),
                          [then = std::move(then)](const std::exception_ptr& thrown, exchange out) {
                              if (thrown) std::rethrow_exception(thrown);
                              then(std::move(out));
                          });
}

} // namespace contego::test
