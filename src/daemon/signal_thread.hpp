#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <thread>

namespace contego::daemon {

/// Receives signals on a separate thread, so that they have an effect even while the network thread hangs.
/// The reactions are called on that thread.
class signal_thread {
public:
    struct reactions {
        std::function<void(int signal)> stop; ///< SIGTERM, SIGINT or SIGQUIT; called each time
        std::function<void()> hang_up;        ///< SIGHUP
        std::function<void()> overdue;        ///< `disarm` was not called in time after a signal to stop
    };

    /// `longest_stop` is how long stopping may take after the first signal. The third signal shortens that to
    /// `shortest_stop`.
    signal_thread(reactions to, std::chrono::milliseconds longest_stop);
    signal_thread(const signal_thread&) = delete;
    signal_thread& operator=(const signal_thread&) = delete;
    ~signal_thread();

    /// The daemon has stopped in time; `overdue` is not called afterwards.
    void disarm();

    static constexpr auto shortest_stop = std::chrono::seconds(3);

private:
    void hear();
    void heard(int signal);
    void expect_the_end_within(std::chrono::milliseconds time);

    reactions to_;
    const std::chrono::milliseconds longest_stop_;
    bool armed_ = true;
    int times_ = 0; ///< number of signals to stop
    boost::asio::io_context loop_{1};
    boost::asio::signal_set signals_;
    boost::asio::steady_timer deadline_{loop_};
    std::thread thread_;
};

} // namespace contego::daemon
