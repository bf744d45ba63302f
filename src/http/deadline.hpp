#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace contego::http {

using time_point = std::chrono::steady_clock::time_point;

/// Closes a socket when its time is over, no matter what operation is in progress or how much arrives.
///
/// A timer for each read or write is not enough: a peer that always sends one more byte would end each of
/// them in time. Single-threaded.
class deadline {
public:
    explicit deadline(boost::asio::ip::tcp::socket& socket);
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;
    ~deadline();

    /// Sets or moves the deadline. Closes the socket at once if the deadline has passed.
    void set(time_point end);

    /// Removes the deadline. Call it when no operation is in progress.
    void lift();

    /// Returns whether this object closed the socket.
    [[nodiscard]] bool has_passed() const;

private:
    struct state;
    std::shared_ptr<state> state_; ///< the handler of the timer keeps it alive
};

} // namespace contego::http
