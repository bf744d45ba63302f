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
/// HTTP/1.1 does not say which request an answer belongs to, so a server that says more than it was asked
/// answers the next request on the connection with the rest. A connection on which that happens is not used
/// again, nor is any other of the endpoint for ten minutes: each request gets a connection of its own. While
/// the server is new to us, and every five minutes after that, a connection is used again only once it has
/// been quiet for 20 ms, until that was so eight times.
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
    /// Waits if none was quiet for long enough; nullptr if there is none, or none before the deadline.
    boost::asio::awaitable<std::unique_ptr<connection>> take(time_point deadline);

    /// Closes the connection that is idle longest if the places would not suffice for one more.
    void make_room();

    /// Keeps a connection for another exchange, unless it is too old.
    void keep(std::unique_ptr<connection> c);

    /// The server said more than it was asked: no connection is used again for a while.
    void distrust();

    /// Closes what is idle. To be called once stopped: nothing is kept from then on.
    void close();

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
    std::list<waiter*> waiting_;         ///< who waited longest is first
    std::vector<idle_connection> idle_;  ///< who is idle longest is first
    boost::asio::steady_timer eviction_; ///< when the first of `idle_` is due
    time_point trusted_until_{};
    time_point distrusted_until_{};
    int proofs_ = 0; ///< so many times a connection was quiet for long enough
    std::stop_token stop_;
};

} // namespace contego::http
