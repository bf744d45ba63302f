#include "pipeline/gathering.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace contego::pipeline {

using std::chrono::steady_clock;

gathering::gathering(const asio::any_io_executor& network, std::function<void()> ready)
    : timer_(network), ready_(std::move(ready)) {}

void gathering::add(execution e) {
    const auto found = open_.find(e.likeness());
    auto& to = found == open_.end() ? begin(e) : found->second;
    to.at->members.push_back(std::move(e));
    ++size_;
    const bool is_full = to.at->members.size() == to.at->most;
    if (!to.is_ready && (is_full || !to.at->waits)) make_ready(to);
    if (!is_full) return;
    open_.erase(std::exchange(to.at->likeness, {}));
}

gathering::place& gathering::begin(const execution& first) {
    const auto& rule = *first.shares();
    const bool waits = rule.wait > steady_clock::duration::zero();
    const auto ready_at = steady_clock::now() + rule.wait;
    gathering_.push_back({.members = {},
                          .likeness = first.likeness(),
                          .most = rule.most,
                          .ready_at = ready_at,
                          .waits = waits});
    if (waits) wait_until(ready_at);
    return open_.emplace(first.likeness(), place{std::prev(gathering_.end()), false}).first->second;
}

void gathering::make_ready(place& p) {
    auto& to = p.at->members.front().of().is_express() ? express_ : regular_;
    to.splice(to.end(), gathering_, p.at);
    p.is_ready = true;
    stop_waiting();
}

void gathering::make_ready_in_time() {
    waits_until_ = time_point::max();
    const auto now = steady_clock::now();
    auto next = time_point::max();
    for (auto at = gathering_.begin(); at != gathering_.end();) {
        const auto one = at++;
        if (one->ready_at <= now)
            make_ready(open_.at(one->likeness));
        else
            next = std::min(next, one->ready_at);
    }
    wait_until(next);
    ready_();
}

void gathering::wait_until(time_point when) {
    if (when >= waits_until_) return;
    waits_until_ = when;
    timer_.expires_at(when);
    timer_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled) make_ready_in_time();
    });
}

/// Ends the wait if no call waits any more, so that a line that has ended waits for nothing.
void gathering::stop_waiting() {
    if (!gathering_.empty()) return;
    waits_until_ = time_point::max();
    timer_.cancel();
}

void gathering::split(shared_call refused) {
    shared_call second;
    second.splice(second.end(),
                  refused,
                  std::next(refused.begin(), static_cast<std::ptrdiff_t>((refused.size() + 1) / 2)),
                  refused.end());
    auto& to = refused.front().of().is_express() ? express_ : regular_;
    size_ += refused.size() + second.size();
    for (auto* half : {&second, &refused})
        to.push_front({.members = std::move(*half), .likeness = {}});
}

shared_call gathering::take() {
    auto& from = first_ready();
    auto members = std::move(from.front().members);
    if (!from.front().likeness.empty()) open_.erase(from.front().likeness);
    from.pop_front();
    size_ -= members.size();
    return members;
}

execution gathering::take_one() {
    return take_from(first_ready());
}

execution gathering::take_any() {
    return take_from(ready() == 0 ? gathering_ : first_ready());
}

execution gathering::take_from(calls& from) {
    auto& members = from.front().members;
    auto one = std::move(members.front());
    members.pop_front();
    --size_;
    if (!members.empty()) return one;
    if (!from.front().likeness.empty()) open_.erase(from.front().likeness);
    from.pop_front();
    stop_waiting();
    return one;
}

} // namespace contego::pipeline
