#include "pipeline/dispatcher.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <utility>

namespace contego::pipeline {
namespace {

/// Rethrows what a coroutine threw. None is expected to throw, so it is a bug and ends the daemon.
void must_not_throw(const std::exception_ptr& e) {
    if (e) std::rethrow_exception(e);
}

} // namespace

dispatcher::dispatcher(const asio::any_io_executor& network,
                       std::size_t in_flight,
                       const admission_control& gate,
                       turnstile& turns,
                       waiting_executions& waiting,
                       sender& sends,
                       dispatcher_events events)
    : in_flight_(in_flight),
      gate_(gate),
      turns_(turns),
      waiting_(waiting),
      sender_(sends),
      events_(std::move(events)),
      emptied_(network, std::chrono::steady_clock::time_point::max()) {}

// The gate may have closed while the database was asked.
void dispatcher::add(std::deque<execution> planned) {
    for (auto& e : planned)
        waiting_.add(std::move(e));
    if (max_concurrent() == 0) give_back_waiting();
    dispatch();
}

void dispatcher::gate_changed() {
    if (max_concurrent() == 0) give_back_waiting();
    dispatch();
}

std::size_t dispatcher::max_concurrent() const {
    return std::min(in_flight_, gate_.now().exchanges);
}

void dispatcher::stop() {
    stopping_ = true;
    sender_.stop();
    turns_.open();
    give_back_waiting();
}

asio::awaitable<void> dispatcher::drained() {
    while (sending_ > 0 || choosing_ > 0) {
        boost::system::error_code ignored;
        co_await emptied_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

void dispatcher::give_back_waiting() {
    while (!waiting_.empty())
        sender_.release(waiting_.take_any().of());
}

void dispatcher::dispatch() {
    for (auto idle = waiting_.ready();
         idle > choosing_ && sending_ + choosing_ < max_concurrent() && !stopping_;
         --idle) {
        ++choosing_;
        asio::co_spawn(emptied_.get_executor(), run_executions(), must_not_throw);
    }
    events_.changed();
}

// A probe carries one command, so that a command that the CAS cannot answer harms no other.
asio::awaitable<void> dispatcher::run_call(bool& has_turn) {
    if (!gate_.now().proven) {
        auto probe = waiting_.take_one_of_call();
        co_await sender_.run(std::move(probe), has_turn);
        co_return;
    }
    auto call = waiting_.take_call();
    if (waiting_.ready() == 0) events_.none_waits();
    if (call.size() == 1) {
        co_await sender_.run(std::move(call.front()), has_turn);
        co_return;
    }
    const auto companions = call.size() - 1;
    companions_ += companions;
    auto refused = co_await sender_.run_call(std::move(call), has_turn);
    companions_ -= companions;
    if (refused.empty()) co_return;
    waiting_.split(std::move(refused));
    if (stopping_ || max_concurrent() == 0) give_back_waiting();
    dispatch();
}

// The turn comes before the choice: an EXPRESS request may come while it waits for a turn.
asio::awaitable<void> dispatcher::run_executions() {
    for (bool has_turn = false;; ++choosing_) {
        if (!has_turn) co_await turns_.pass(turnstile::rank::fresh);
        has_turn = true;
        --choosing_;
        if (waiting_.ready() == 0 || stopping_ || sending_ + choosing_ >= max_concurrent()) break;
        ++sending_;
        if (waiting_.next_is_call()) {
            co_await run_call(has_turn);
        } else {
            auto next = waiting_.take();
            if (waiting_.ready() == 0) events_.none_waits();
            co_await sender_.run(std::move(next), has_turn);
        }
        --sending_;
        if (choosing_ >= waiting_.ready() || sending_ + choosing_ >= max_concurrent()) break;
    }
    emptied_.cancel();
    events_.changed();
}

} // namespace contego::pipeline
