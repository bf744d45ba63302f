#pragma once

#include "daemon/heartbeat.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace contego::daemon {

/// Watches, on a separate thread, whether the network thread hangs. A timer on the network thread beats, and
/// the watching thread looks.
///
/// The reports are called on the watching thread. Destroy this object after the network has stopped.
class network_watch {
public:
    struct reports {
        std::function<void(std::chrono::milliseconds)>
            stands;                        ///< it has hung for a quarter of the lease; called once each time
        std::function<void()> turns_again; ///< it runs again after `stands`
        std::function<void(std::chrono::milliseconds)> lost; ///< it has hung for a whole lease
        std::function<void()> alive; ///< it has run since the last look; called several times in a lease
    };

    network_watch(boost::asio::io_context& network, std::chrono::milliseconds lease, reports told);
    network_watch(const network_watch&) = delete;
    network_watch& operator=(const network_watch&) = delete;
    ~network_watch();

    /// Ends the watch, because the network thread is about to stop. Nothing is reported afterwards.
    void end();

    /// Returns whether the network thread has run within the last quarter of the lease. Thread safe.
    [[nodiscard]] bool turns() const { return heartbeat_.turns(); }

private:
    void beat();
    void watch();
    void look(heartbeat::duration since_last_look);

    heartbeat heartbeat_;
    reports told_;
    bool stands_ = false;
    boost::asio::steady_timer next_beat_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace contego::daemon
