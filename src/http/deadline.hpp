#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>

namespace contego::http {

using time_point = std::chrono::steady_clock::time_point;

/// Closes a socket when its time is over, whatever is being done with it, and however much arrives.
///
/// A timer for each operation would not do: a peer that always has another byte ends each of them in time.
/// Single-threaded.
class deadline {
public:
    explicit deadline(boost::asio::ip::tcp::socket& socket);
    deadline(const deadline&) = delete;
    deadline& operator=(const deadline&) = delete;
    ~deadline();

    /// Sets or moves the end; closes the socket at once if it has passed.
    void set(time_point end);

    /// Nothing is under way any more.
    void lift();

    /// Whether this closed the socket.
    [[nodiscard]] bool has_passed() const;

private:
    struct state;
    std::shared_ptr<state> state_; ///< outlives this in the timer's handler
};

} // namespace contego::http
