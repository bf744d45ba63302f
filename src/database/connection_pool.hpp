#pragma once

#include "database/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <utility>
#include <vector>

namespace contego::queue {

/// Connections to the database that several callers share, each for one call at a time.
///
/// `size` connections serve all callers as long as calls are quick. A call that takes longer than a moment
/// does not count any more, so another connection is opened in its place. So no caller can stop the others,
/// however long its statements take, and there are never more connections than callers. Callers that wait
/// are served in the order in which they came.
///
/// Thread safe. It must outlive what it lends.
class connection_pool {
    using time_point = std::chrono::steady_clock::time_point;

public:
    /// A connection that belongs to one caller until this object is destroyed.
    class borrowed {
    public:
        borrowed(const borrowed&) = delete;
        borrowed& operator=(const borrowed&) = delete;

        ~borrowed() { pool_.give_back(std::move(connection_), call_); }

        [[nodiscard]] connection& operator*() { return connection_; }

        [[nodiscard]] session* operator->() const { return connection_.operator->(); }

    private:
        friend class connection_pool;

        borrowed(connection_pool& pool, connection c, std::list<time_point>::iterator call)
            : pool_(pool), connection_(std::move(c)), call_(call) {}

        connection_pool& pool_;
        connection connection_;
        std::list<time_point>::iterator call_;
    };

    /// A call that takes longer than `longest_quick_call` counts as slow. Claims and records take some
    /// milliseconds; a longer call waits for a lock or for the server, and may do so for long.
    connection_pool(database_options options,
                    std::size_t size,
                    std::chrono::milliseconds longest_quick_call = std::chrono::milliseconds(100));

    [[nodiscard]] const database_options& options() const { return options_; }

    /// Waits until a connection is free or may be opened. The connection is opened by its first call.
    [[nodiscard]] borrowed borrow();

    /// Returns how many callers wait.
    [[nodiscard]] std::size_t waiting() const;

    /// Closes connections beyond `size` that have been idle for a while.
    void close_idle();

private:
    struct idle_connection {
        connection free;
        time_point since;
    };

    [[nodiscard]] std::size_t quick_calls(time_point now) const;
    void give_back(connection c, std::list<time_point>::iterator call);

    const database_options options_;
    const std::size_t size_;
    const std::chrono::milliseconds longest_quick_call_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::list<time_point> calls_;       ///< when each call under way began, the earliest first
    std::vector<idle_connection> idle_; ///< the connection that was used last is at the end
    std::uint64_t next_ticket_ = 0;     ///< of the next caller
    std::uint64_t served_ticket_ = 0;   ///< of the caller whose turn it is
};

} // namespace contego::queue
