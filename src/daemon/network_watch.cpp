#include "daemon/network_watch.hpp"

#include <utility>

namespace contego::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

milliseconds whole(steady_clock::duration d) {
    return std::chrono::duration_cast<milliseconds>(d);
}

} // namespace

network_watch::network_watch(boost::asio::io_context& network, milliseconds lease, reports told)
    : heartbeat_(lease), told_(std::move(told)), next_beat_(network) {
    beat();
    thread_ = std::thread([this] { watch(); });
}

network_watch::~network_watch() {
    end();
}

void network_watch::end() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    stopped_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void network_watch::beat() {
    heartbeat_.beat();
    next_beat_.expires_after(heartbeat_.interval());
    next_beat_.async_wait([this](boost::system::error_code ec) {
        if (!ec) beat();
    });
}

void network_watch::watch() {
    auto looked = steady_clock::now();
    std::unique_lock lock(mutex_);
    while (!stopped_.wait_for(lock, heartbeat_.interval(), [this] { return stopping_; })) {
        lock.unlock();
        const auto now = steady_clock::now();
        look(now - looked);
        looked = now;
        lock.lock();
    }
}

void network_watch::look(heartbeat::duration since_last_look) {
    if (heartbeat_.look(since_last_look)) {
        if (std::exchange(stands_, false)) told_.turns_again();
        told_.alive();
        return;
    }
    if (!heartbeat_.turns() && !std::exchange(stands_, true)) told_.stands(whole(heartbeat_.stood()));
    if (heartbeat_.lost()) told_.lost(whole(heartbeat_.stood()));
}

} // namespace contego::daemon
