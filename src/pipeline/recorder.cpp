#include "pipeline/recorder.hpp"

#include "pipeline/on_database.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <set>

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
                   records& store,
                   watches& observer)
    : database_(database),
      store_(store),
      observer_(observer),
      added_(network, asio::steady_timer::time_point::max()) {}

void recorder::add(command_record c, urgency u) {
    line_up(std::move(c), u);
}

void recorder::add(verdict v, urgency u) {
    ++outstanding_;
    line_up(std::move(v), u);
}

void recorder::line_up(row r, urgency u) {
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
            patient_.regained();
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
        co_await pause(patient_.next());
    }
}

asio::awaitable<void> recorder::pause(std::chrono::milliseconds time) {
    asio::steady_timer timer(added_.get_executor(), time);
    co_await timer.async_wait(asio::use_awaitable);
}

// They come first in the next batch, so that a verdict is never written before the commands that it ends.
void recorder::put_back_postponed(const record_batch& batch, const record_answer& answer) {
    const std::set<std::int64_t> postponed(answer.postponed.begin(), answer.postponed.end());
    if (postponed.empty()) return;
    for (const auto& v : batch.verdicts)
        if (postponed.contains(v.request_id)) {
            regular_.push_front(v);
            ++outstanding_;
        }
    for (auto c = batch.commands.rbegin(); c != batch.commands.rend(); ++c)
        if (postponed.contains(c->request_id)) regular_.push_front(*c);
}

// What the database refuses to store must not stay in flight for ever: a person has to look at it. Where it
// refuses even that, the request stays in flight as long as this daemon lives: asking again at once and
// without end would help nobody.
void recorder::hold_what_failed(const record_batch& batch, const record_answer& answer) {
    const std::set<std::int64_t> failed(answer.failed.begin(), answer.failed.end());
    if (failed.empty()) return;
    const auto hold = [&](std::int64_t id, std::int64_t fence) {
        verdict v;
        v.request_id = id;
        v.fence = fence;
        v.disposition = disposition::hold;
        v.error_code = record_refused;
        v.error_description = "the outcome could not be stored: " + answer.failure;
        add(std::move(v), urgency::regular);
    };
    std::set<std::int64_t> held;
    // Refused even so: asked again and again it would keep the database busy and the daemon from stopping.
    // The request stays claimed until this daemon ends, and runs elsewhere then.
    for (const auto& v : batch.verdicts)
        if (v.error_code == record_refused) held.insert(v.request_id);
    for (const auto& v : batch.verdicts)
        if (failed.contains(v.request_id) && held.insert(v.request_id).second) hold(v.request_id, v.fence);
    for (const auto& c : batch.commands)
        if (failed.contains(c.request_id) && held.insert(c.request_id).second) hold(c.request_id, c.fence);
}

} // namespace contego::pipeline
