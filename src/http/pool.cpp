#include "http/pool.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>
#include <ranges>

namespace contego::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::steady_clock;

namespace {

/// If a server or a proxy sends an answer twice, the second one comes sooner than this after the first.
constexpr auto long_enough = milliseconds(20);
constexpr int enough_proofs = 8;
constexpr auto trust = minutes(5);
constexpr auto distrusted_for = minutes(10);

/// A connection that is not used again is read for this much longer, to see whether more comes.
constexpr auto listened_for = milliseconds(200);

} // namespace

/// An exchange in line. It lives in the coroutine that waits, and leaves the line with it.
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

    /// Gives this exchange the place that another exchange leaves.
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
    // The place may come at the deadline, too late to be of use.
    if (steady_clock::now() >= deadline) co_return std::nullopt;
    co_return std::move(mine);
}

void pool::leave() {
    if (waiting_.empty())
        --taken_;
    else
        waiting_.front()->admit();
}

bool pool::is_good(const idle_connection& c, time_point now) const {
    return now - c.since < idle_timeout_ && now - c.it->opened() < max_age_;
}

/// Takes out the last connection that was quiet for long enough, or the last one if none was.
pool::idle_connection pool::pick(time_point now) {
    const auto rested = [&](const idle_connection& c) {
        return is_trusted(now) || now - c.since >= long_enough;
    };
    auto latest_first = std::views::reverse(idle_);
    const auto found = std::ranges::find_if(latest_first, rested);
    const auto which = found == latest_first.end() ? std::prev(idle_.end()) : std::prev(found.base());
    auto out = std::move(*which);
    idle_.erase(which);
    return out;
}

asio::awaitable<std::unique_ptr<connection>> pool::take(time_point deadline) {
    while (!idle_.empty()) {
        auto now = steady_clock::now();
        auto last = pick(now);
        if (!is_good(last, now)) continue;
        const bool shall_prove = !is_trusted(now);
        if (const auto rested = last.since + long_enough; shall_prove && rested > now) {
            asio::steady_timer rest(executor_, std::min(rested, deadline));
            boost::system::error_code ec;
            co_await rest.async_wait(asio::redirect_error(asio::use_awaitable, ec));
            now = steady_clock::now();
        }
        if (now >= deadline) {
            keep(std::move(last.it));
            co_return nullptr;
        }
        if (now < distrusted_until_) continue;
        if (last.it->is_quiet()) {
            if (shall_prove) prove(now);
            co_return std::move(last.it);
        }
        listen(std::move(last.it));
    }
    co_return nullptr;
}

void pool::prove(time_point now) {
    if (++proofs_ < enough_proofs) return;
    proofs_ = 0;
    trusted_until_ = now + trust;
}

void pool::distrust() {
    proofs_ = 0;
    trusted_until_ = {};
    distrusted_until_ = steady_clock::now() + distrusted_for;
    idle_.clear();
    eviction_.cancel();
}

/// Finds out whether the server closed the connection, which it may do, or sent too much.
void pool::listen(std::unique_ptr<connection> c) {
    auto hear = [self = shared_from_this(), c = std::move(c)]() -> asio::awaitable<void> {
        const auto heard = co_await c->read_some(steady_clock::now() + listened_for);
        if (heard.bytes.find_first_not_of("\r\n") != std::string_view::npos) self->distrust();
    };
    asio::co_spawn(executor_, std::move(hear), asio::detached);
}

void pool::make_room() {
    if (!idle_.empty() && taken_ + idle_.size() > places_) idle_.erase(idle_.begin());
}

void pool::keep(std::unique_ptr<connection> c) {
    const auto now = steady_clock::now();
    if (stop_.stop_requested() || idle_timeout_.count() == 0 || now - c->opened() >= max_age_) return;
    if (now < distrusted_until_) return;
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

pool_stats pool::stats() const {
    // A place that was handed over stands for a connection that is still among the idle ones.
    const auto open = std::min(places_, taken_ + idle_.size());
    return {.open = open, .idle = idle_.size(), .waiting = waiting_.size()};
}

} // namespace contego::http
