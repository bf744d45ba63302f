#include "http/pool.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace contego::http {

namespace asio = boost::asio;
using std::chrono::steady_clock;

/// Someone in line. Lives in the coroutine that waits, and leaves the line with it.
struct pool::waiter {
    waiter(pool& p, time_point deadline)
        : line(p.waiting_),
          woken(p.executor_, deadline),
          stopping(p.stop_, [this] { woken.expires_at(time_point::min()); }) {
        position = line.insert(line.end(), this);
    }

    waiter(const waiter&) = delete;
    waiter& operator=(const waiter&) = delete;

    ~waiter() {
        if (!has_place) line.erase(position);
    }

    /// Hands over the place of the one who leaves.
    void admit() {
        has_place = true;
        line.erase(position);
        woken.cancel();
    }

    std::list<waiter*>& line;
    std::list<waiter*>::iterator position;
    asio::steady_timer woken;
    on_stop stopping;
    bool has_place = false;
};

pool::pool(asio::any_io_executor executor, const endpoint_options& options, std::stop_token stop)
    : executor_(std::move(executor)),
      places_(options.connections),
      idle_timeout_(options.idle_timeout),
      max_age_(options.max_age),
      eviction_(executor_),
      stop_(std::move(stop)) {}

asio::awaitable<std::optional<pool::place>> pool::enter(time_point deadline) {
    if (steady_clock::now() >= deadline || stop_.stop_requested()) co_return std::nullopt;
    if (taken_ < places_) {
        ++taken_;
        co_return place(*this);
    }
    waiter me(*this, deadline);
    boost::system::error_code ec;
    co_await me.woken.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (!me.has_place) co_return std::nullopt;
    place mine(*this);
    // The place may come together with the deadline, too late to be of use.
    if (steady_clock::now() >= deadline) co_return std::nullopt;
    co_return std::move(mine);
}

void pool::leave() {
    if (waiting_.empty())
        --taken_;
    else
        waiting_.front()->admit();
}

std::unique_ptr<connection> pool::take() {
    const auto now = steady_clock::now();
    while (!idle_.empty()) {
        auto last = std::move(idle_.back());
        idle_.pop_back();
        const bool fresh = now - last.since < idle_timeout_ && now - last.it->opened() < max_age_;
        if (fresh && last.it->is_quiet()) return std::move(last.it);
    }
    return nullptr;
}

void pool::keep(std::unique_ptr<connection> c) {
    const auto now = steady_clock::now();
    if (stop_.stop_requested() || idle_timeout_.count() == 0 || now - c->opened() >= max_age_) return;
    idle_.push_back({std::move(c), now});
    if (idle_.size() == 1) evict_later();
}

void pool::close() {
    idle_.clear();
    eviction_.cancel();
}

void pool::evict_later() {
    eviction_.expires_at(idle_.front().since + idle_timeout_);
    eviction_.async_wait([weak = weak_from_this()](boost::system::error_code ec) {
        const auto self = weak.lock();
        if (self != nullptr && !ec) self->evict();
    });
}

void pool::evict() {
    const auto now = steady_clock::now();
    const auto due = [&](const idle_connection& c) { return now - c.since >= idle_timeout_; };
    idle_.erase(idle_.begin(), std::ranges::find_if_not(idle_, due));
    if (!idle_.empty()) evict_later();
}

pool_figures pool::figures() const {
    // A place that was handed over stands for a connection that is still among the idle ones.
    const auto open = std::min(places_, taken_ + idle_.size());
    return {.open = open, .idle = idle_.size(), .waiting = waiting_.size()};
}

} // namespace contego::http
