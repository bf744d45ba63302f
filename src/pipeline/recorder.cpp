#include "pipeline/recorder.hpp"

#include "pipeline/on_database.hpp"
#include <contego/violation.hpp>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <iterator>
#include <ranges>
#include <set>
#include <string>

namespace contego::pipeline {
namespace {

// Commands and verdicts together, so some 300 requests. Larger batches are hardly faster, and other sessions
// wait longer for them.
constexpr std::size_t most_rows = 600;
constexpr std::size_t full_batch = most_rows / 2; // a part is a command and a verdict, usually

// The server needs several times as much memory to unpack a batch.
constexpr std::size_t most_bytes_of_batch = std::size_t{4} << 20U;

// Requests whose rows another session keeps locked are written again after a while. A batch takes only some
// of them, so that all other requests go on.
constexpr std::size_t most_locked_rows = most_rows / 4;
constexpr auto between_tries = std::chrono::milliseconds(100);
constexpr auto longest_gathering = std::chrono::milliseconds(10);
constexpr const char* record_refused = "RECORD_REFUSED";

constexpr std::size_t bytes_of_a_row = 512;

/// About how much memory a command takes. The data of an answer are in its text, and once more as a value.
std::size_t size_of(const command_record& c) {
    return bytes_of_a_row + c.request.size() + 2 * c.response.size() + c.error_description.size();
}

std::size_t size_of(const recorded_run& run) {
    std::size_t size = 0;
    for (const auto& c : run.commands)
        size += size_of(c);
    if (!run.end) return size;
    const auto* why = reason_of(*run.end);
    // The data of a verdict are those of its commands.
    return size + bytes_of_a_row + (why == nullptr ? 0 : why->description.size());
}

std::size_t rows_of(const recorded_run& run) {
    return run.commands.size() + (run.end ? 1 : 0);
}

std::pair<std::int64_t, std::int64_t> claim_of(const recorded_run& run) {
    return {run.request_id, run.fence};
}

} // namespace

/// Makes a batch: joins the parts of each claim in one run.
class recorder::batch_builder {
public:
    [[nodiscard]] bool has_room(std::size_t most) const {
        return rows_ < most && bytes_ < most_bytes_of_batch;
    }

    void add(recorded_run part) {
        rows_ += rows_of(part);
        bytes_ += size_of(part);
        const auto [place, is_new] = places_.try_emplace(claim_of(part), batch_.runs.size());
        if (is_new) {
            batch_.runs.push_back(std::move(part));
            return;
        }
        auto& run = batch_.runs[place->second];
        std::ranges::move(part.commands, std::back_inserter(run.commands));
        if (!part.end) return;
        run.end = std::move(part.end);
        run.first_sent = part.first_sent;
        run.is_companion = part.is_companion;
    }

    void count_rows_anew() { rows_ = 0; }

    [[nodiscard]] record_batch take() { return std::move(batch_); }

private:
    record_batch batch_;
    std::map<claim, std::size_t> places_;
    std::size_t rows_ = 0;
    std::size_t bytes_ = 0;
};

recorder::recorder(const asio::any_io_executor& network,
                   asio::thread_pool& database,
                   outcome_store& store,
                   line_observer& observer)
    : database_(database),
      store_(store),
      observer_(observer),
      added_(network, asio::steady_timer::time_point::max()),
      has_room_(network, asio::steady_timer::time_point::max()) {}

void recorder::add(recorded_run part, urgency u) {
    if (const auto held_already = refused_.find(claim_of(part)); held_already != refused_.end()) {
        if (part.end) refused_.erase(held_already);
        return;
    }
    count(part);
    bytes_ += size_of(part);
    if (const auto before = locked_.find(claim_of(part)); before != locked_.end())
        before->second.push_back(std::move(part));
    else
        (u == urgency::express ? express_ : regular_).push_back(std::move(part));
    added_.cancel();
}

void recorder::count(const recorded_run& run) {
    if (!run.end) return;
    ++outstanding_;
    if (run.is_companion) ++companions_;
}

void recorder::discount(const recorded_run& run) {
    if (!run.end) return;
    --outstanding_;
    if (run.is_companion) --companions_;
}

void recorder::stop() {
    stopping_ = true;
    added_.cancel();
}

asio::awaitable<void> recorder::wait_for_room() {
    boost::system::error_code ignored;
    while (!has_room() && !is_open_)
        co_await has_room_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void recorder::open() {
    is_open_ = true;
    has_room_.cancel();
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

bool recorder::has_work() const {
    return !express_.empty() || !regular_.empty() ||
           (!locked_.empty() && std::chrono::steady_clock::now() >= next_try_);
}

bool recorder::is_worth_waiting_for() const {
    return !stopping_ && express_.empty() && regular_.size() < full_batch && more_to_come_();
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
    batch_builder batch;
    if (std::chrono::steady_clock::now() >= next_try_) take_locked(batch);
    batch.count_rows_anew();
    for (auto* from : {&express_, &regular_})
        for (; !from->empty() && batch.has_room(most_rows); from->pop_front())
            batch.add(std::move(from->front()));
    return batch.take();
}

/// Moves parts of locked requests into the batch until it has enough of them. Each claim gets its turn, so
/// that no request waits for the lock of another one.
void recorder::take_locked(batch_builder& batch) {
    for (auto claims = locked_order_.size(); claims > 0 && batch.has_room(most_locked_rows); --claims) {
        auto& parts = locked_.at(locked_order_.front());
        for (; !parts.empty() && batch.has_room(most_locked_rows); parts.pop_front())
            batch.add(std::move(parts.front()));
        std::ranges::rotate(locked_order_, std::next(locked_order_.begin()));
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
            for (const auto& run : batch.runs) {
                discount(run);
                bytes_ -= size_of(run);
            }
            put_back_postponed(batch, answer);
            has_room_.cancel();
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

// A verdict must not be written before the commands of its request. So a part that is put back goes before
// the other parts of its claim. Parts that were added while it was being written go behind it.
void recorder::put_back_postponed(const record_batch& batch, const record_answer& answer) {
    const std::set<std::int64_t> still_locked(answer.postponed.begin(), answer.postponed.end());
    for (const auto& run : batch.runs)
        if (still_locked.contains(run.request_id)) put_back(run);
    std::erase_if(locked_, [](const auto& one) { return one.second.empty(); });
    std::erase_if(locked_order_, [&](const claim& one) { return !locked_.contains(one); });
    if (still_locked.empty()) return;
    move_behind_locked(express_);
    move_behind_locked(regular_);
    next_try_ = std::chrono::steady_clock::now() + between_tries;
}

void recorder::put_back(const recorded_run& part) {
    count(part);
    bytes_ += size_of(part);
    const auto [place, is_new] = locked_.try_emplace(claim_of(part));
    if (is_new) locked_order_.push_back(claim_of(part));
    place->second.push_front(part);
}

void recorder::move_behind_locked(std::deque<recorded_run>& from) {
    std::deque<recorded_run> others;
    for (auto& part : from) {
        const auto locked = locked_.find(claim_of(part));
        (locked == locked_.end() ? others : locked->second).push_back(std::move(part));
    }
    from = std::move(others);
}

void recorder::hold_what_failed(const record_batch& batch, const record_answer& answer) {
    const std::set<std::int64_t> failed(answer.failed.begin(), answer.failed.end());
    for (const auto& run : batch.runs)
        if (failed.contains(run.request_id)) hold(run, answer.failure);
}

// The outcome could not be stored, but the CAS may have the command: the hold says maybe_sent.
void recorder::hold(const recorded_run& failed, const std::string& why) {
    constexpr std::size_t longest_reason = 1000;
    if (failed.end)
        if (const auto* reason = reason_of(*failed.end);
            reason != nullptr && reason->code == record_refused) {
            // Trying forever would keep the database busy and the daemon from stopping.
            observer_.trouble("record",
                              "request " + std::to_string(failed.request_id) +
                                  " can neither be recorded nor held, and stays in flight until this daemon "
                                  "ends: " +
                                  why);
            return;
        }
    const auto of = claim_of(failed);
    const auto end = failed.end ? failed : take_back(of);
    recorded_run hold;
    hold.request_id = failed.request_id;
    hold.fence = failed.fence;
    hold.end = held{
        {record_refused, "the outcome could not be stored: " + shortened(why, longest_reason)}, {}, true};
    if (end) hold.first_sent = end->first_sent;
    add(std::move(hold));
    if (!end) refused_.insert(of);
}

/// Drops the waiting parts of that claim. Returns the part with the verdict, if there is one.
std::optional<recorded_run> recorder::take_back(const claim& of) {
    std::optional<recorded_run> end;
    const auto drop_from = [&](std::deque<recorded_run>& parts) {
        std::erase_if(parts, [&](const recorded_run& part) {
            if (claim_of(part) != of) return false;
            bytes_ -= size_of(part);
            if (part.end) end = part;
            return true;
        });
    };
    drop_from(express_);
    drop_from(regular_);
    if (const auto locked = locked_.find(of); locked != locked_.end()) {
        drop_from(locked->second);
        locked_.erase(locked);
        std::erase(locked_order_, of);
    }
    if (end) discount(*end);
    return end;
}

} // namespace contego::pipeline
