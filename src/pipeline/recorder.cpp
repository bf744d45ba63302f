#include "pipeline/recorder.hpp"

#include "pipeline/on_database.hpp"
#include <contego/violation.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <ranges>
#include <set>
#include <tuple>

namespace contego::pipeline {
namespace {

// Commands and verdicts together, so some 300 requests: larger batches are little faster, and let others
// wait for longer.
constexpr std::size_t most_rows = 600;
constexpr auto longest_gathering = std::chrono::milliseconds(10);
constexpr const char* record_refused = "RECORD_REFUSED";

void put(record_batch& batch, command_record c) {
    batch.commands.push_back(std::move(c));
}

void put(record_batch& batch, verdict v) {
    batch.verdicts.push_back(std::move(v));
}

} // namespace

recorder::recorder(const asio::any_io_executor& network,
                   asio::thread_pool& database,
                   outcome_store& store,
                   line_observer& observer)
    : database_(database),
      store_(store),
      observer_(observer),
      added_(network, asio::steady_timer::time_point::max()) {}

void recorder::add(command_record c, urgency u) {
    if (!refused_.contains({c.request_id, c.fence})) enqueue(std::move(c), u);
}

void recorder::add(verdict v, urgency u) {
    if (refused_.erase({v.request_id, v.fence}) > 0) return; // it is held already
    ++outstanding_;
    enqueue(std::move(v), u);
}

void recorder::enqueue(row r, urgency u) {
    (u == urgency::express ? express_ : regular_).push_back(std::move(r));
    added_.cancel();
}

void recorder::stop() {
    stopping_ = true;
    added_.cancel();
}

asio::awaitable<void> recorder::run() {
    for (;;) {
        if (!express_.empty() || !regular_.empty()) {
            co_await gather();
            co_await write(take());
            continue;
        }
        if (stopping_) co_return;
        boost::system::error_code woken;
        added_.expires_at(asio::steady_timer::time_point::max());
        co_await added_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

bool recorder::is_worth_waiting_for() const {
    return !stopping_ && express_.empty() && regular_.size() < most_rows && more_to_come_();
}

// A commit costs the database as much for few outcomes as for many.
asio::awaitable<void> recorder::gather() {
    const auto end = std::chrono::steady_clock::now() + longest_gathering;
    while (is_worth_waiting_for() && std::chrono::steady_clock::now() < end) {
        boost::system::error_code woken;
        added_.expires_at(end);
        co_await added_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

record_batch recorder::take() {
    record_batch batch;
    std::size_t taken = 0;
    for (auto* from : {&express_, &regular_})
        for (; !from->empty() && taken < most_rows; from->pop_front(), ++taken)
            std::visit([&](auto& r) { put(batch, std::move(r)); }, from->front());
    return batch;
}

asio::awaitable<void> recorder::write(record_batch batch) {
    for (;;) {
        std::string trouble;
        try {
            const auto answer = co_await on_database(database_, [&] { return store_.record(batch); });
            backoff_.regained();
            observer_.recorded(batch, answer);
            hold_what_failed(batch, answer);
            outstanding_ -= batch.verdicts.size();
            put_back_postponed(batch, answer);
            if (written_) written_(batch, answer);
            co_return;
        } catch (const std::exception& e) {
            trouble = e.what();
        }
        observer_.trouble("record", trouble);
        co_await pause(backoff_.next());
    }
}

asio::awaitable<void> recorder::pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(added_.get_executor(), time);
    co_await timer.async_wait(asio::use_awaitable);
}

// They come first in the next batch, whatever their urgency, so that a verdict is never written before the
// commands that it ends.
void recorder::put_back_postponed(const record_batch& batch, const record_answer& answer) {
    const std::set<std::int64_t> postponed(answer.postponed.begin(), answer.postponed.end());
    if (postponed.empty()) return;
    for (const auto& v : batch.verdicts)
        if (postponed.contains(v.request_id)) {
            express_.emplace_front(v);
            ++outstanding_;
        }
    for (const auto& c : batch.commands | std::views::reverse)
        if (postponed.contains(c.request_id)) express_.emplace_front(c);
}

void recorder::hold_what_failed(const record_batch& batch, const record_answer& answer) {
    const std::set<std::int64_t> failed(answer.failed.begin(), answer.failed.end());
    if (failed.empty()) return;
    std::map<claim, std::optional<verdict>> ends;
    for (const auto& v : batch.verdicts)
        if (failed.contains(v.request_id)) ends.insert_or_assign({v.request_id, v.fence}, v);
    for (const auto& c : batch.commands)
        if (failed.contains(c.request_id)) ends.try_emplace({c.request_id, c.fence});
    for (auto& [of, end] : ends) {
        // Refused even so: asked again and again it would keep the database busy and the daemon from
        // stopping.
        if (end && end->error_code == record_refused)
            observer_.trouble("record",
                              "request " + std::to_string(of.first) +
                                  " can neither be recorded nor held, and stays in flight until this daemon "
                                  "ends: " +
                                  answer.failure);
        else
            hold(of, std::move(end), answer.failure);
    }
}

// What was answered and could not be stored was sent all the same, so the hold takes the doubt along.
void recorder::hold(const claim& of, std::optional<verdict> end, const std::string& why) {
    constexpr std::size_t longest_reason = 1000;
    if (!end) end = take_back(of);
    verdict v;
    std::tie(v.request_id, v.fence) = of;
    v.disposition = disposition::hold;
    v.error_code = record_refused;
    v.error_description = "the outcome could not be stored: " + shortened(why, longest_reason);
    v.in_doubt = true;
    if (end) v.first_sent = end->first_sent;
    add(std::move(v), urgency::regular);
    if (!end) refused_.insert(of);
}

/// Drops what waits to be written of that claim. Returns the verdict, if it was among it.
std::optional<verdict> recorder::take_back(const claim& of) {
    std::optional<verdict> end;
    const auto is_of_the_claim = [&](const row& r) {
        return std::visit([&](const auto& one) { return claim(one.request_id, one.fence) == of; }, r);
    };
    for (auto* from : {&express_, &regular_})
        std::erase_if(*from, [&](const row& r) {
            if (!is_of_the_claim(r)) return false;
            if (const auto* v = std::get_if<verdict>(&r)) end = *v;
            return true;
        });
    if (end) --outstanding_;
    return end;
}

} // namespace contego::pipeline
