#include "database/connection_pool.hpp"

#include <algorithm>
#include <iterator>

namespace contego::queue {
namespace {

using std::chrono::steady_clock;

constexpr auto longest_idle_time = std::chrono::seconds(10);

} // namespace

connection_pool::connection_pool(database_options options,
                                 std::size_t size,
                                 std::chrono::milliseconds longest_quick_call)
    : options_(std::move(options)), size_(size), longest_quick_call_(longest_quick_call) {}

connection_pool::borrowed connection_pool::borrow() {
    std::unique_lock lock(mutex_);
    const auto ticket = next_ticket_++;
    while (ticket != served_ticket_ || quick_calls(steady_clock::now()) >= size_) {
        if (ticket != served_ticket_)
            changed_.wait(lock);
        else // until the earliest of the quick calls is quick no more
            changed_.wait_until(
                lock, *std::prev(calls_.end(), static_cast<std::ptrdiff_t>(size_)) + longest_quick_call_);
    }
    ++served_ticket_;
    changed_.notify_all();
    const auto call = calls_.insert(calls_.end(), steady_clock::now());
    if (idle_.empty()) return {*this, connection(options_), call};
    auto last = std::move(idle_.back().free);
    idle_.pop_back();
    return {*this, std::move(last), call};
}

std::size_t connection_pool::waiting() const {
    const std::lock_guard lock(mutex_);
    return static_cast<std::size_t>(next_ticket_ - served_ticket_);
}

// The list is in the order of time, so the quick calls are at its end.
std::size_t connection_pool::quick_calls(time_point now) const {
    const auto is_quick = [&](time_point began) { return began + longest_quick_call_ > now; };
    return static_cast<std::size_t>(std::ranges::count_if(calls_, is_quick));
}

void connection_pool::give_back(connection c, std::list<time_point>::iterator call) {
    {
        const std::lock_guard lock(mutex_);
        calls_.erase(call);
        idle_.push_back({std::move(c), steady_clock::now()});
    }
    changed_.notify_all();
    close_idle();
}

void connection_pool::close_idle() {
    std::vector<idle_connection> closed; // outside the lock, since closing sends a message
    const std::lock_guard lock(mutex_);
    const auto before = steady_clock::now() - longest_idle_time;
    while (idle_.size() > size_ && idle_.front().since < before) {
        closed.push_back(std::move(idle_.front()));
        idle_.erase(idle_.begin());
    }
}

} // namespace contego::queue
