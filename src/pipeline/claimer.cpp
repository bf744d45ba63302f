#include "pipeline/claimer.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace contego::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto between_hinted_claims = milliseconds(100);
constexpr auto between_claims_without_notify = milliseconds(50);
constexpr auto longest_rest = std::chrono::hours(1); // hints come earlier

/// Whether its request waits to be claimed again, now or at a time that the next claim tells.
bool comes_back(const recorded_run& run) {
    return run.end &&
           (std::holds_alternative<retrying>(*run.end) || std::holds_alternative<released>(*run.end));
}

} // namespace

claimer::claimer(const asio::any_io_executor& network,
                 const line_options& options,
                 const planned_claims& claims,
                 line_observer& observer,
                 std::function<claim_room()> room,
                 std::function<void(executions)> deliver)
    : options_(options),
      claims_(claims),
      observer_(observer),
      room_(std::move(room)),
      deliver_(std::move(deliver)),
      woken_(network, steady_clock::time_point::max()) {}

void claimer::hint() {
    leave_to_others();
    admission_changed();
}

void claimer::admission_changed() {
    hint_.is_there = true;
    woken_.cancel();
}

void claimer::recorded(const record_batch& batch) {
    for (const auto& run : batch.runs)
        bytes_.recorded(run);
    if (std::ranges::any_of(batch.runs, comes_back)) hint();
    woken_.cancel();
}

void claimer::stop() {
    stopping_ = true;
    woken_.cancel();
}

// A claim costs the same for one request as for many, so the claimer waits until a good part of the room is
// free. After a hint it does not wait long: the new request may be EXPRESS.
bool claimer::may_claim(bool hint_is_due) const {
    const auto enough = [&](std::size_t free, std::size_t most) {
        return free >= (hint_is_due ? 1 : std::max<std::size_t>(1, most / 4));
    };
    const auto now = room_();
    return enough(now.free, now.capacity) && enough(room_for_bytes(), options_.most_bytes_held);
}

// A probe that fails keeps its request from daemons that reach the CAS. They claim a request as soon as it is
// due, so a request that is still there a little later is for nobody else. Later hints do not prolong the
// wait.
void claimer::leave_to_others() {
    if (!left_until_) left_until_ = steady_clock::now() + options_.left_to_others;
}

milliseconds claimer::left_to_others() const {
    if (!left_until_ || room_().proven) return milliseconds(0);
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(*left_until_ - steady_clock::now()));
}

asio::awaitable<void> claimer::run() {
    while (!stopping_) {
        if (const auto left = left_to_others(); left > milliseconds(0)) {
            co_await rest(left);
            continue;
        }
        const bool hint_is_due = hint_.is_there && steady_clock::now() >= hint_.next_claim;
        if (!may_claim(hint_is_due)) {
            co_await rest(hint_.is_there ? between_hinted_claims : longest_rest);
            continue;
        }
        hint_.is_there = false;
        left_until_.reset();
        hint_.next_claim = steady_clock::now() + between_hinted_claims;
        const auto pause = co_await claim_once();
        co_await rest_unless_hinted(pause);
    }
}

// Returns how long to rest if no hint comes. 0: there is more to claim.
asio::awaitable<milliseconds> claimer::claim_once() {
    std::string trouble;
    try {
        auto claimed = co_await claims_.claim(room_().free, room_for_bytes());
        backoff_.regained();
        if (claimed.batch.turned_away) {
            co_await let_others_claim();
            co_return milliseconds(0);
        }
        turned_away_.regained();
        observer_.claimed(options_.provider, claimed.planned.size());
        if (!claimed.batch.slow.empty()) observer_.claimed_slowly(options_.provider, claimed.batch.slow);
        for (const auto& e : claimed.planned)
            bytes_.add(e.of());
        deliver_(std::move(claimed.planned));
        co_return pause_after(claimed.batch);
    } catch (const std::exception& e) {
        trouble = e.what();
    }
    observer_.trouble("claim", trouble);
    co_await backoff_wait(backoff_.next());
    co_return milliseconds(0);
}

// The other daemon may leave requests in the queue, even the request of the hint. So after a wait this daemon
// claims as after a new hint. A hint does not end the wait early, because hints never cease under load.
asio::awaitable<void> claimer::let_others_claim() {
    co_await backoff_wait(turned_away_.next());
    hint_ = {true, steady_clock::now()};
}

milliseconds claimer::pause_after(const claim_batch& batch) const {
    if (batch.more) return milliseconds(0);
    milliseconds pause = longest_rest;
    if (batch.next_due >= milliseconds(0)) {
        const auto for_others = room_().proven ? milliseconds(0) : options_.left_to_others;
        pause = std::min(pause, std::max(batch.next_due, milliseconds(1)) + for_others);
    }
    if (batch.notify_suppressed_for > milliseconds(0)) pause = std::min(pause, between_claims_without_notify);
    return pause;
}

asio::awaitable<void> claimer::rest(milliseconds at_most) {
    if (stopping_) co_return;
    boost::system::error_code ignored;
    woken_.expires_after(at_most);
    co_await woken_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// Unlike a rest it goes on if a request ends: the claim before it has said that there is no more.
asio::awaitable<void> claimer::rest_unless_hinted(milliseconds pause) {
    const auto end = steady_clock::now() + pause;
    while (!stopping_ && !hint_.is_there && steady_clock::now() < end)
        co_await rest(std::chrono::ceil<milliseconds>(end - steady_clock::now()));
}

// Unlike a rest it goes on after a hint: hints come as often while the database does not answer.
asio::awaitable<void> claimer::backoff_wait(milliseconds pause) {
    const auto end = steady_clock::now() + pause;
    while (!stopping_ && steady_clock::now() < end)
        co_await rest(std::chrono::ceil<milliseconds>(end - steady_clock::now()));
}

} // namespace contego::pipeline
