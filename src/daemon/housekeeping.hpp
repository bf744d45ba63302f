#pragma once

#include "fleet/fleet.hpp"
#include "queue/feeder.hpp"
#include "queue/poller.hpp"
#include "queue/queue_stats.hpp"
#include "queue/wakeup.hpp"
#include "schema/partitions.hpp"
#include <contego/line_observer.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace contego::daemon {

/// The work of a daemon outside its lines, on separate threads:
/// - one renews the lease and does nothing else, so that nothing delays it;
/// - one takes the daemon's shares, rescues requests of dead daemons when it is this daemon's turn, and reads
///   the statistics of the queue;
/// - one makes and drops months;
/// - one feeds the cards of runs into the queue, and keeps the ledger of entitlements;
/// - one polls for requests to claim and for turns, and gives finished requests their positions in the feed,
///   and seals the audit;
/// - one writes outages of endpoints;
/// - one waits for notifications.
///
/// The callbacks are called on those threads. The destructor stops and joins them. `poll_soon` is thread
/// safe.
class housekeeping {
public:
    struct reports {
        std::function<bool()> network_turns; ///< while it returns false, the lease is not renewed
        std::function<void()> wake;          ///< there may be a request to claim
        /// These providers have a request to claim.
        std::function<void(const std::vector<std::string>&)> wake_some;
        std::function<void()> share_out;     ///< take the daemon's shares again; may throw
        std::function<void()> write_outages; ///< write outages that changed; may throw
        std::function<void(std::string_view why)>
            claiming_stopped;                      ///< after each renewal; empty: it is not stopped
        std::function<void(std::int64_t)> rescued; ///< number of requests of dead daemons that were put back
        std::function<void(const std::vector<queue::provider_stats>&)> figures;
        std::function<void(const queue::run_stats&)> run_figures;
        std::function<void(std::string_view month, std::string_view what)> month; ///< `made`, `dropped`
        std::function<void(std::string_view stage, std::string_view what)> trouble;
        std::function<void(std::string_view stage)> fine; ///< the database answered
        std::function<void(std::string_view why)>
            listens_again; ///< its session was ended, and a new one is open
    };

    /// How to poll for requests.
    struct polling {
        std::vector<std::string> providers;
        std::chrono::milliseconds interval;
    };

    /// Without `wakeup` no thread listens.
    housekeeping(queue::fleet& membership,
                 queue::queue_stats& figures,
                 queue::partitions months,
                 queue::wakeup* wakeup,
                 const queue::database_options& database,
                 std::chrono::milliseconds lease,
                 polling polls,
                 reports told);
    housekeeping(const housekeeping&) = delete;
    housekeeping& operator=(const housekeeping&) = delete;
    ~housekeeping();

    /// Polls a moment later: a request may have ended. Thread safe.
    void poll_soon();

private:
    void keep_lease();
    void tell_whether_claiming_is_stopped();
    void look_after_the_queue();
    void sweep();
    void read_stats();
    void look_after_the_months();
    std::chrono::milliseconds go_on_with_the_months();
    void write_outages();
    void feed_runs();
    void poll();
    std::chrono::milliseconds poll_once();
    bool number_ends_for(std::chrono::milliseconds time);
    [[nodiscard]] bool act_on(const queue::pending_work& work);
    [[nodiscard]] std::chrono::milliseconds until_next_poll(bool found_something);
    void listen();
    queue::heard hear();
    template <typename Work>
    void repeat(std::string_view stage, std::chrono::milliseconds after_trouble, Work work);
    bool rest(std::chrono::milliseconds time);
    bool rest_unless(const bool& wanted, std::chrono::milliseconds time);
    void want(bool& what);
    [[nodiscard]] bool is_wanted(const bool& what);
    bool take(bool& wanted);

    queue::fleet& membership_;
    queue::queue_stats& stats_;
    queue::partitions months_;
    queue::wakeup* wakeup_;
    std::chrono::milliseconds every_;
    queue::poller poller_;
    queue::feeder feeder_;
    polling polls_;
    reports told_;
    bool claiming_is_stopped_ = false; ///< used by the thread that renews the lease
    std::chrono::steady_clock::time_point next_figures_;
    std::chrono::steady_clock::time_point next_request_poll_;
    std::chrono::milliseconds poll_pause_;
    std::int64_t last_turn_ = 0;
    bool feed_is_open_ = false; ///< a finished request has waited for its position
    std::chrono::steady_clock::time_point listened_again_;
    std::mutex mutex_;
    std::condition_variable stopped_;
    bool stopping_ = false;
    bool poll_wanted_ = false;
    bool feeding_wanted_ = false;
    bool ends_wanted_ = false; ///< a request may have ended since requests were numbered last
    bool sweep_wanted_ = true; ///< a daemon that starts takes back the requests of its former process
    std::vector<std::thread> threads_;
};

} // namespace contego::daemon
