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

/// Watches from a thread of its own whether the network thread turns: a timer there beats, this thread looks.
///
/// The reports are called on the watching thread. Destroy it when the network does not run any more.
class network_watch {
public:
    struct reports {
        std::function<void(std::chrono::milliseconds)> stands; ///< for a quarter of the lease; once each time
        std::function<void()> turns_again;                     ///< after `stands`
        std::function<void(std::chrono::milliseconds)> lost;   ///< it has stood for a whole lease
        std::function<void()> alive; ///< it has turned since the last look; a few times in a lease
    };

    network_watch(boost::asio::io_context& network, std::chrono::milliseconds lease, reports told);
    network_watch(const network_watch&) = delete;
    network_watch& operator=(const network_watch&) = delete;
    ~network_watch();

    /// The network thread is to turn no longer: nothing is reported any more.
    void end();

    /// Whether the network thread has turned within a quarter of the lease. Any thread.
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
