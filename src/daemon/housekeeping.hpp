#pragma once

#include "fleet/fleet.hpp"
#include "queue/feed.hpp"
#include "queue/queue_stats.hpp"
#include "queue/wakeup.hpp"
#include "schema/partitions.hpp"
#include <contego/line_observer.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>
#include <vector>

namespace contego::daemon {

/// The work of a daemon outside its lines, on separate threads:
/// - one renews the lease and does nothing else, so that nothing delays it;
/// - one takes the daemon's shares, rescues requests of dead daemons and reads the statistics of the queue;
/// - one makes and drops months;
/// - one gives finished requests their positions in the feed;
/// - one waits for notifications.
///
/// The callbacks are called on those threads. The destructor stops and joins them.
class housekeeping {
public:
    struct reports {
        std::function<bool()> network_turns; ///< while it returns false, the lease is not renewed
        std::function<void()> wake;          ///< there may be a request to claim
        std::function<void()> share_out;     ///< take the daemon's shares again; may throw
        std::function<void(std::string_view why)>
            claiming_stopped;                      ///< after each renewal; empty: it is not stopped
        std::function<void(std::int64_t)> rescued; ///< number of requests of dead daemons that were put back
        std::function<void(const std::vector<queue::provider_stats>&)> figures;
        std::function<void(std::string_view month, std::string_view what)> month; ///< `made`, `dropped`
        std::function<void(std::string_view stage, std::string_view what)> trouble;
        std::function<void(std::string_view stage)> fine; ///< the database answered
        std::function<void(std::string_view why)>
            listens_again; ///< its session was ended, and a new one is open
    };

    /// Without `wakeup` no thread listens.
    housekeeping(queue::fleet& membership,
                 queue::queue_stats& figures,
                 queue::partitions months,
                 queue::feed feed,
                 queue::wakeup* wakeup,
                 std::chrono::milliseconds lease,
                 reports told);
    housekeeping(const housekeeping&) = delete;
    housekeeping& operator=(const housekeeping&) = delete;
    ~housekeeping();

private:
    void keep_lease();
    void tell_whether_claiming_is_stopped();
    void look_after_the_queue();
    void read_stats();
    void look_after_the_months();
    std::chrono::milliseconds go_on_with_the_months();
    void number_the_feed();
    void listen();
    bool hear();
    template <typename Work>
    void repeat(std::string_view stage, std::chrono::milliseconds after_trouble, Work work);
    bool rest(std::chrono::milliseconds time);

    queue::fleet& membership_;
    queue::queue_stats& stats_;
    queue::partitions months_;
    queue::feed feed_;
    queue::wakeup* wakeup_;
    std::chrono::milliseconds every_;
    reports told_;
    bool claiming_is_stopped_ = false; ///< used by the thread that renews the lease
    std::chrono::steady_clock::time_point next_figures_;
    std::chrono::steady_clock::time_point listened_again_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace contego::daemon
