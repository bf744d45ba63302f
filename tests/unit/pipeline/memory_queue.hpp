#pragma once

#include "support/flat_batch.hpp"
#include <contego/outcome_store.hpp>
#include <contego/request_source.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace contego::testing {

/// What the database is to the line, in memory: requests in the order of their insertion, with lanes, fences
/// and a clock that moves only when it is told to. Held to the same contract as the database by
/// support/contract_queue.hpp.
///
/// It knows neither EXPRESS nor how to wait for several daemons at once; those are the database's own tests.
/// Any thread.
class memory_queue {
public:
    using milliseconds = std::chrono::milliseconds;
    using lanes = std::set<std::string>;

    /// Queues a request under its own id, which must grow.
    void insert(request r, lanes touched = {}, milliseconds due_in = milliseconds(0)) {
        const std::lock_guard lock(mutex_);
        const auto id = r.id;
        rows_.emplace(id, entry{std::move(r), std::move(touched), state::queued, now_ + due_in, {}, {}});
    }

    /// A person lets held requests go on.
    void release(std::int64_t id) {
        const std::lock_guard lock(mutex_);
        rows_.at(id).is = state::queued;
    }

    void pass(milliseconds time) {
        const std::lock_guard lock(mutex_);
        now_ += time;
    }

    /// Ends the lease: requests in flight may be claimed again, by us under another number.
    void take_over() {
        const std::lock_guard lock(mutex_);
        ++holder_;
        for (auto& [id, row] : rows_)
            if (row.is == state::in_flight) {
                row.is = state::queued;
                row.what.maybe_sent = true;
            }
    }

    bool is_ours(const request& r) const {
        const std::lock_guard lock(mutex_);
        return r.holder == holder_;
    }

    claim_batch claim(const std::string& provider, std::size_t limit, std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        ++fence_;
        claim_batch batch;
        std::size_t text = 0;
        lanes busy = lanes_in_flight(provider);
        for (auto& [id, row] : rows_) {
            if (row.what.provider != provider || row.is == state::in_flight) continue;
            if (row.is == state::queued && row.due > now_) continue; // scheduled: blocks nobody yet
            const bool free = row.is != state::held && row.due <= now_ && !touches(row, busy);
            busy.insert(row.touched.begin(), row.touched.end());
            const bool fits = batch.requests.empty() || text + row.what.size <= bytes;
            batch.more = batch.more || (free && !fits);
            if (!free || batch.requests.size() >= limit || batch.more) continue;
            batch.requests.push_back(handed_out(row));
            text += row.what.size;
        }
        batch.more = batch.more || batch.requests.size() == limit;
        auto& busy_until = busy_until_[provider];
        if (batch.more)
            busy_until = now_ + milliseconds(1000);
        else {
            batch.next_due = next_due(provider);
            batch.notify_suppressed_for = std::max(milliseconds(0), busy_until - now_);
        }
        return batch;
    }

    /// An outcome that names no claim of now is stale, unless it was written before; the rest is stored.
    record_answer record(const record_batch& runs) {
        const std::lock_guard lock(mutex_);
        const auto batch = flat(runs);
        record_answer answer;
        std::set<std::int64_t> stale;
        std::set<std::int64_t> failed;
        for (const auto& c : batch.commands)
            if (!is_current(c.request_id, c.fence)) {
                if (!written_.contains(written(c))) stale.insert(c.request_id);
            } else if (!is_storable(c))
                failed.insert(c.request_id);
        for (const auto& v : batch.verdicts)
            if (!is_current(v.request_id, v.fence) && !written_.contains(written(v)))
                stale.insert(v.request_id);
        for (const auto& c : batch.commands)
            if (is_current(c.request_id, c.fence) && !failed.contains(c.request_id)) {
                written_.insert(written(c));
                store(c);
            }
        for (const auto& v : batch.verdicts)
            if (is_current(v.request_id, v.fence) && !failed.contains(v.request_id)) {
                written_.insert(written(v));
                answer.woken += end(v);
            }
        answer.stale.assign(stale.begin(), stale.end());
        answer.failed.assign(failed.begin(), failed.end());
        if (!failed.empty()) answer.failure = "what a command holds cannot be stored";
        return answer;
    }

    std::int64_t refused = 0; ///< a request none of whose commands can be stored

private:
    enum class state { queued, retrying, in_flight, held };

    struct entry {
        request what;
        lanes touched;
        state is;
        milliseconds due;
        std::map<int, finished_command> finished;
        std::set<int> unanswered;
    };

    static bool touches(const entry& row, const lanes& busy) {
        return std::ranges::any_of(row.touched, [&](const auto& lane) { return busy.contains(lane); });
    }

    /// Request, fence, position of the command (0: the verdict), and the outcome.
    using outcome_written = std::tuple<std::int64_t, std::int64_t, int, int>;

    static outcome_written written(const flat_command& c) {
        return {c.request_id, c.fence, c.sequence, c.outcome ? static_cast<int>(*c.outcome) : -1};
    }

    static outcome_written written(const flat_verdict& v) {
        return {v.request_id, v.fence, 0, static_cast<int>(v.disposition)};
    }

    bool is_storable(const flat_command& c) const {
        return c.request_id != refused && c.error_description.find('\0') == std::string::npos;
    }

    lanes lanes_in_flight(const std::string& provider) const {
        lanes busy;
        for (const auto& [id, row] : rows_)
            if (row.what.provider == provider && row.is == state::in_flight)
                busy.insert(row.touched.begin(), row.touched.end());
        return busy;
    }

    milliseconds next_due(const std::string& provider) const {
        milliseconds nearest(-1);
        for (const auto& [id, row] : rows_)
            if (row.what.provider == provider && row.due > now_ && row.is != state::held &&
                (nearest < milliseconds(0) || row.due - now_ < nearest))
                nearest = row.due - now_;
        return nearest;
    }

    request handed_out(entry& row) const {
        row.is = state::in_flight;
        row.what.fence = fence_;
        row.what.holder = holder_;
        row.what.finished.clear();
        for (const auto& [sequence, done] : row.finished)
            row.what.finished.push_back(done);
        row.what.unanswered = std::ranges::any_of(
            row.unanswered, [&](int sequence) { return !row.finished.contains(sequence); });
        return row.what;
    }

    bool is_current(std::int64_t id, std::int64_t fence) const {
        const auto found = rows_.find(id);
        return found != rows_.end() && found->second.is == state::in_flight &&
               found->second.what.fence == fence;
    }

    void store(const flat_command& c) {
        auto& [what, touched, is, due, finished, unanswered] = rows_.at(c.request_id);
        if (c.got == exchange_state::sent_no_answer || c.error_code == "HTTP_500" ||
            c.error_code == "ANSWER_OF_ANOTHER" || c.error_code == "UNREADABLE_ANSWER")
            unanswered.insert(c.sequence);
        finished.erase(c.sequence);
        if (!c.outcome || *c.outcome == outcome::success)
            finished.insert_or_assign(c.sequence, finished_command{c.sequence, c.result, c.reference_number});
    }

    std::size_t end(const flat_verdict& v) {
        auto& row = rows_.at(v.request_id);
        if (v.disposition == disposition::complete || v.disposition == disposition::reject) {
            const auto freed = row.touched;
            rows_.erase(v.request_id);
            return static_cast<std::size_t>(std::ranges::count_if(
                rows_, [&](const auto& other) { return touches(other.second, freed); }));
        }
        row.is = v.disposition == disposition::hold    ? state::held
                 : v.disposition == disposition::retry ? state::retrying
                                                       : state::queued;
        row.what.maybe_sent = v.maybe_sent;
        if (v.disposition != disposition::retry) return 0;
        if (v.counts) ++row.what.attempts;
        row.due = now_ + v.delay;
        return 0;
    }

    mutable std::mutex mutex_;
    std::set<outcome_written> written_;
    std::map<std::int64_t, entry> rows_;
    std::map<std::string, milliseconds> busy_until_;
    milliseconds now_{0};
    std::int64_t fence_ = 0;
    std::int64_t holder_ = 1;
};

} // namespace contego::testing
