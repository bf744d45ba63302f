#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <thread>

namespace contego::daemon {

/// Hears signals on a thread of its own, so that they have an effect even while the network thread stands.
/// The reactions are called on that thread.
class signal_thread {
public:
    struct reactions {
        std::function<void(int signal)> stop; ///< SIGTERM, SIGINT or SIGQUIT, each time
        std::function<void()> hang_up;        ///< SIGHUP
        std::function<void()> overdue;        ///< told to stop, and `disarm` was not called in time
    };

    /// `longest_stop` is how long stopping may take after the first signal; the third one shortens it to
    /// `shortest_stop`.
    signal_thread(reactions to, std::chrono::milliseconds longest_stop);
    signal_thread(const signal_thread&) = delete;
    signal_thread& operator=(const signal_thread&) = delete;
    ~signal_thread();

    /// What was told to stop has stopped: `overdue` is not called any more.
    void disarm();

    static constexpr auto shortest_stop = std::chrono::seconds(3);

private:
    void hear();
    void heard(int signal);
    void expect_the_end_within(std::chrono::milliseconds time);

    reactions to_;
    const std::chrono::milliseconds longest_stop_;
    bool armed_ = true;
    int times_ = 0; ///< that it was told to stop
    boost::asio::io_context loop_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer deadline_{loop_};
    std::thread thread_;
};

} // namespace contego::daemon
