#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace contego::queue {

/// Ends calls to the database that never return, as on a half-open connection or a server that stands still:
/// libpqxx waits for an answer without end, so another thread shuts the socket down when the time is over,
/// and the call fails like on any broken connection.
///
/// Thread safe. Must outlive every watch that it gave.
class watchdog {
    struct call {
        int socket;
        std::chrono::steady_clock::time_point deadline;
        bool ended = false;
    };

public:
    /// Lasts as long as one call is watched.
    class watch {
    public:
        /// Shuts `socket` down after `at_most`. The socket may be closed meanwhile.
        watch(watchdog& by, int socket, std::chrono::milliseconds at_most);
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;
        ~watch();

        /// Whether the time was over and the socket was shut down.
        [[nodiscard]] bool ended() const;

    private:
        watchdog& by_;
        std::list<call>::iterator what_;
    };

    watchdog() : thread_([this] { run(); }) {}

    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog();

    /// From now on no call lasts longer than that, what is under way included.
    void allow_no_more_than(std::chrono::milliseconds at_most);

private:
    std::list<call>::iterator add(int socket, std::chrono::milliseconds at_most);
    void run();
    std::chrono::steady_clock::time_point end_what_is_late();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<call> calls_;
    std::chrono::steady_clock::time_point looks_at_ = std::chrono::steady_clock::time_point::max();
    std::chrono::milliseconds longest_ = std::chrono::hours(24); ///< of all calls, whatever each is given
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace contego::queue
