#pragma once

#include "http/connection.hpp"
#include "http/endpoint_client.hpp"

#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>
#include <vector>

namespace contego::http {

/// Bounds the connections of an endpoint and keeps the idle ones.
///
/// An exchange first needs a place; there are as many as connections allowed. It then takes an idle
/// connection, or opens one only if there is none. So the connections are never more than the places: whoever
/// opens one holds a place without a connection while nothing is idle.
///
/// Must outlive its places. Single-threaded.
class pool : public std::enable_shared_from_this<pool> {
public:
    pool(boost::asio::any_io_executor executor, const endpoint_options& options, std::stop_token stop);

    /// The right to hold one connection; given back by its destructor, to the one who waited longest.
    class place {
    public:
        explicit place(pool& p) : pool_(&p) {}

        place(place&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)) {}

        place& operator=(place&&) = delete;

        ~place() {
            if (pool_ != nullptr) pool_->leave();
        }

    private:
        pool* pool_;
    };

    /// Waits in line for a place; nothing where none was free before the deadline, or when stopped.
    boost::asio::awaitable<std::optional<place>> enter(time_point deadline);

    /// The connection that became idle last, if it is still good. The others get the chance to grow old.
    std::unique_ptr<connection> take();

    /// Keeps a connection for another exchange, unless it is too old.
    void keep(std::unique_ptr<connection> c);

    /// Closes what is idle. To be called once stopped: nothing is kept from then on.
    void close();

    [[nodiscard]] pool_figures figures() const;

private:
    struct waiter;

    struct idle_connection {
        std::unique_ptr<connection> it;
        time_point since;
    };

    void leave();
    void evict_later();
    void evict();

    boost::asio::any_io_executor executor_;
    std::size_t places_;
    std::chrono::milliseconds idle_timeout_;
    std::chrono::milliseconds max_age_;
    std::size_t taken_ = 0;
    std::list<waiter*> waiting_;         ///< who waited longest is first
    std::vector<idle_connection> idle_;  ///< who is idle longest is first
    boost::asio::steady_timer eviction_; ///< when the first of `idle_` is due
    std::stop_token stop_;
};

} // namespace contego::http
