#include "pipeline/turnstile.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace contego::pipeline {

using std::chrono::steady_clock;

turnstile::turnstile(asio::any_io_executor network,
                     admission_control& gate,
                     std::function<bool()> express_is_fresh)
    : network_(std::move(network)),
      gate_(gate),
      express_is_fresh_(std::move(express_is_fresh)),
      turn_(network_) {}

asio::awaitable<void> turnstile::pass(rank r) {
    if (open_) co_return;
    if (!turn_is_drawn_) {
        const auto wait = gate_.take_turn();
        if (wait <= steady_clock::duration::zero()) co_return;
        wait_for(wait);
    }
    boost::system::error_code ignored;
    asio::steady_timer passes(network_, steady_clock::time_point::max());
    waiting_.at(static_cast<std::size_t>(r)).push_back(&passes);
    co_await passes.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void turnstile::open() {
    open_ = true;
    turn_.cancel();
    while (auto* next = first())
        next->cancel();
}

void turnstile::wait_for(steady_clock::duration time) {
    turn_is_drawn_ = true;
    turn_.expires_after(time);
    turn_.async_wait([this](boost::system::error_code cancelled) {
        if (!cancelled && !open_) give_turns();
    });
}

/// Gives the turn that has come, and perhaps others with it.
void turnstile::give_turns() {
    turn_is_drawn_ = false;
    auto wait = steady_clock::duration::zero();
    while (wait <= steady_clock::duration::zero()) {
        if (auto* next = first()) next->cancel();
        if (std::ranges::all_of(waiting_, [](const auto& all) { return all.empty(); })) return;
        wait = gate_.take_turn();
    }
    wait_for(wait);
}

/// Removes and returns the waiting exchange that passes next; nullptr: none waits.
asio::steady_timer* turnstile::first() {
    auto& [express, begun, fresh] = waiting_;
    auto& others = !fresh.empty() && (begun.empty() || express_is_fresh_()) ? fresh : begun;
    auto& from = express.empty() ? others : express;
    if (from.empty()) return nullptr;
    auto* next = from.front();
    from.pop_front();
    return next;
}

} // namespace contego::pipeline
