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
/// An exchange first needs a place; there are as many places as connections are allowed. It then takes an
/// idle connection, and opens one only if none is idle. So there are never more connections than places.
///
/// HTTP/1.1 does not say to which request an answer belongs. If a server sends more than one answer to a
/// request, the rest is taken as the answer to the next request. After that happens on a connection, it is
/// not used again. For ten minutes, no other connection of the endpoint is used again either: each request
/// gets a new one.
///
/// A server is not trusted at first. Until it is, a connection is used again only after it was quiet for 20
/// ms. After eight such reuses the server is trusted for five minutes.
///
/// Must outlive its places. Single-threaded.
class pool : public std::enable_shared_from_this<pool> {
public:
    pool(boost::asio::any_io_executor executor, const endpoint_options& options, std::stop_token stop);

    /// The right to hold one connection. The destructor passes it to the exchange that has waited longest.
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

    /// Waits in line for a place. Returns nullopt if none was free before the deadline, or if the client is
    /// stopped.
    boost::asio::awaitable<std::optional<place>> enter(time_point deadline);

    /// Returns the connection that became idle last, if it is still good; the others may grow old. Waits if
    /// no connection was quiet for long enough. Returns nullptr if there is none, or none before the
    /// deadline.
    boost::asio::awaitable<std::unique_ptr<connection>> take(time_point deadline);

    /// Closes the connection that has been idle longest if there is no room for one more.
    void make_room();

    /// Keeps a connection for another exchange, unless it is too old.
    void keep(std::unique_ptr<connection> c);

    /// Notes that the server sent more than one answer. For ten minutes no connection is used again.
    void distrust();

    /// Closes the idle connections. Call it after stopping; nothing is kept from then on.
    void close();

    /// Returns the state of the pool.
    [[nodiscard]] pool_stats stats() const;

private:
    struct waiter;

    struct idle_connection {
        std::unique_ptr<connection> it;
        time_point since;
    };

    void leave();
    [[nodiscard]] bool is_good(const idle_connection& c, time_point now) const;

    [[nodiscard]] bool is_trusted(time_point now) const { return now < trusted_until_; }

    idle_connection pick(time_point now);
    void prove(time_point now);
    void listen(std::unique_ptr<connection> c);
    void evict_later();
    void evict();

    boost::asio::any_io_executor executor_;
    std::size_t places_;
    std::chrono::milliseconds idle_timeout_;
    std::chrono::milliseconds max_age_;
    std::size_t taken_ = 0;
    std::list<waiter*> waiting_;         ///< the first has waited longest
    std::vector<idle_connection> idle_;  ///< the first has been idle longest
    boost::asio::steady_timer eviction_; ///< ends when the first of `idle_` is due
    time_point trusted_until_{};
    time_point distrusted_until_{};
    int proofs_ = 0; ///< how often a connection was quiet for long enough
    std::stop_token stop_;
};

} // namespace contego::http
