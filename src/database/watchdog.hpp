#pragma once

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace contego::queue {

/// Ends calls to the database that would never return, for example on a half-open connection or when the
/// server hangs. libpqxx waits for an answer without a time limit. So a separate thread shuts the socket down
/// at the deadline, and the call fails as on any broken connection.
///
/// Thread safe. It must outlive every watch.
class watchdog {
    struct call {
        int socket;
        std::chrono::steady_clock::time_point deadline;
        bool ended = false;
    };

public:
    /// Watches one call for as long as it exists.
    class watch {
    public:
        /// Shuts `socket` down after `at_most`. The caller may close the socket earlier.
        watch(watchdog& by, int socket, std::chrono::milliseconds at_most);
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;
        ~watch();

        /// Returns whether the deadline passed and the socket was shut down.
        [[nodiscard]] bool ended() const;

    private:
        watchdog& by_;
        std::list<call>::iterator what_;
    };

    watchdog() : thread_([this] { run(); }) {}

    watchdog(const watchdog&) = delete;
    watchdog& operator=(const watchdog&) = delete;
    ~watchdog();

    /// Limits all calls to `at_most` from now on, including the calls in progress.
    void allow_no_more_than(std::chrono::milliseconds at_most);

private:
    std::list<call>::iterator add(int socket, std::chrono::milliseconds at_most);
    void run();
    std::chrono::steady_clock::time_point end_what_is_late();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::list<call> calls_;
    std::chrono::steady_clock::time_point looks_at_ = std::chrono::steady_clock::time_point::max();
    std::chrono::milliseconds longest_ = std::chrono::hours(24); ///< upper limit of all calls
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace contego::queue
