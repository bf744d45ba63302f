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

// The server needs several times as much to take a batch apart.
constexpr std::size_t most_bytes_of_batch = std::size_t{4} << 20U;

// The recorder tries requests whose rows another session has locked again after a while, and only some of
// them in a batch, so that all others go on.
constexpr std::size_t most_locked_rows = most_rows / 4;
constexpr auto between_tries = std::chrono::milliseconds(100);
constexpr auto longest_gathering = std::chrono::milliseconds(10);
constexpr const char* record_refused = "RECORD_REFUSED";

void put(record_batch& batch, command_record c) {
    batch.commands.push_back(std::move(c));
}

void put(record_batch& batch, verdict v) {
    batch.verdicts.push_back(std::move(v));
}

constexpr std::size_t bytes_of_a_row = 512;

/// About what it takes in memory. The data of an answer are in its text, and once more apart.
std::size_t size_of(const command_record& c) {
    return bytes_of_a_row + c.request.size() + 2 * c.response.size() + c.error_description.size();
}

/// The data of a verdict are those of its commands.
std::size_t size_of(const verdict& v) {
    return bytes_of_a_row + v.error_description.size();
}

std::size_t size_of(const record_batch& batch) {
    std::size_t size = 0;
    for (const auto& c : batch.commands)
        size += size_of(c);
    for (const auto& v : batch.verdicts)
        size += size_of(v);
    return size;
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
    bytes_ += std::visit([](const auto& one) { return size_of(one); }, r);
    // Outcomes of one request are written in their order.
    if (const auto before = postponed_.find(claim_of(r)); before != postponed_.end()) {
        ++before->second;
        locked_.push_back(std::move(r));
    } else {
        (u == urgency::express ? express_ : regular_).push_back(std::move(r));
    }
    added_.cancel();
}

void recorder::stop() {
    stopping_ = true;
    added_.cancel();
}

asio::awaitable<void> recorder::run() {
    for (;;) {
        if (has_work()) {
            co_await gather();
            co_await write(take());
            continue;
        }
        if (stopping_ && locked_.empty()) co_return;
        boost::system::error_code woken;
        added_.expires_at(locked_.empty() ? asio::steady_timer::time_point::max() : next_try_);
        co_await added_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
}

recorder::claim recorder::claim_of(const row& r) {
    return std::visit([](const auto& one) { return claim(one.request_id, one.fence); }, r);
}

bool recorder::has_work() const {
    return !express_.empty() || !regular_.empty() ||
           (!locked_.empty() && std::chrono::steady_clock::now() >= next_try_);
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
    std::size_t bytes = 0;
    if (std::chrono::steady_clock::now() >= next_try_) take_from(locked_, most_locked_rows, batch, bytes);
    take_from(express_, most_rows, batch, bytes);
    take_from(regular_, most_rows, batch, bytes);
    return batch;
}

/// Until the batch has so many rows, or enough bytes.
void recorder::take_from(std::deque<row>& from, std::size_t most, record_batch& batch, std::size_t& bytes) {
    for (;
         !from.empty() && batch.commands.size() + batch.verdicts.size() < most && bytes < most_bytes_of_batch;
         from.pop_front()) {
        if (&from == &locked_) --postponed_.at(claim_of(from.front()));
        std::visit(
            [&](auto& r) {
                bytes += size_of(r);
                put(batch, std::move(r));
            },
            from.front());
    }
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
            bytes_ -= size_of(batch);
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

// Puts them in front of the rows that were added for these requests meanwhile, so that a verdict is never
// written before the commands that it ends.
void recorder::put_back_postponed(const record_batch& batch, const record_answer& answer) {
    const std::set<std::int64_t> still_locked(answer.postponed.begin(), answer.postponed.end());
    for (const auto& v : batch.verdicts | std::views::reverse)
        if (still_locked.contains(v.request_id)) {
            put_back(v);
            ++outstanding_;
        }
    for (const auto& c : batch.commands | std::views::reverse)
        if (still_locked.contains(c.request_id)) put_back(c);
    std::erase_if(postponed_, [](const auto& one) { return one.second == 0; });
    if (!still_locked.empty()) next_try_ = std::chrono::steady_clock::now() + between_tries;
}

void recorder::put_back(row r) {
    bytes_ += std::visit([](const auto& one) { return size_of(one); }, r);
    ++postponed_[claim_of(r)];
    locked_.push_front(std::move(r));
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
    v.maybe_sent = true;
    if (end) v.first_sent = end->first_sent;
    add(std::move(v), urgency::regular);
    if (!end) refused_.insert(of);
}

/// Drops what waits to be written of that claim. Returns the verdict, if it was among it.
std::optional<verdict> recorder::take_back(const claim& of) {
    std::optional<verdict> end;
    postponed_.erase(of);
    for (auto* from : {&express_, &regular_, &locked_})
        std::erase_if(*from, [&](const row& r) {
            if (claim_of(r) != of) return false;
            bytes_ -= std::visit([](const auto& one) { return size_of(one); }, r);
            if (const auto* v = std::get_if<verdict>(&r)) end = *v;
            return true;
        });
    if (end) --outstanding_;
    return end;
}

} // namespace contego::pipeline
