#include "database/watchdog.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace contego::queue {

using std::chrono::steady_clock;

watchdog::watch::watch(watchdog& by, int socket, std::chrono::milliseconds at_most)
    : by_(by), what_(by.add(socket, at_most)) {}

watchdog::watch::~watch() {
    const std::lock_guard lock(by_.mutex_);
    ::close(what_->socket);
    by_.calls_.erase(what_);
}

bool watchdog::watch::ended() const {
    const std::lock_guard lock(by_.mutex_);
    return what_->ended;
}

watchdog::~watchdog() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

// A watch holds a duplicate of the socket. If the call closed the original, its number could soon belong to
// another connection.
std::list<watchdog::call>::iterator watchdog::add(int socket, std::chrono::milliseconds at_most) {
    const int duplicate = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
    const std::lock_guard lock(mutex_);
    const auto deadline = steady_clock::now() + std::min(at_most, longest_);
    const auto added = calls_.insert(calls_.end(), {duplicate, deadline});
    if (deadline < looks_at_) changed_.notify_all();
    return added;
}

void watchdog::allow_no_more_than(std::chrono::milliseconds at_most) {
    {
        const std::lock_guard lock(mutex_);
        longest_ = at_most;
        for (auto& c : calls_)
            c.deadline = std::min(c.deadline, steady_clock::now() + at_most);
    }
    changed_.notify_all();
}

void watchdog::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        looks_at_ = end_what_is_late();
        if (looks_at_ == steady_clock::time_point::max())
            changed_.wait(lock);
        else
            changed_.wait_until(lock, looks_at_);
    }
}

// Returns the earliest deadline of the remaining calls.
steady_clock::time_point watchdog::end_what_is_late() {
    const auto now = steady_clock::now();
    auto next = steady_clock::time_point::max();
    for (auto& c : calls_) {
        if (c.ended) continue;
        if (c.deadline <= now) {
            ::shutdown(c.socket, SHUT_RDWR);
            c.ended = true;
        } else {
            next = std::min(next, c.deadline);
        }
    }
    return next;
}

} // namespace contego::queue
