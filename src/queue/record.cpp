#include "queue/record.hpp"

#include "database/pqxx.hpp"
#include "database/sqlstate.hpp"
#include "json/json.hpp"
#include "queue/column.hpp"
#include "queue/lock_holders.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <type_traits>

namespace contego::queue {
namespace {

using std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr statement record_outcomes{"record_outcomes",
                                    "SELECT array_to_json(stale), woken FROM contego.record($1, $2, $3, $4, "
                                    "$5, $6, $7, $8, $9, $10, $11, $12, $13, $14,"
                                    " $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27)"};

/// Returns a column as a parameter of a statement. It is valid until the column changes or is destroyed.
template <typename T>
sql::binary binary(column<T>& c) {
    return sql::binary_of(c.array());
}

void add_text(column<std::string_view>& to, std::string_view text) {
    if (text.empty())
        to.add_null();
    else
        to.add(text);
}

void add_json(column<json_text>& to, const value& document) {
    if (document.is_null())
        to.add_null();
    else
        to.add({json::write(document)});
}

double age_of(steady_clock::time_point then, steady_clock::time_point now) {
    return milliseconds(now - then).count();
}

/// The parameters of contego.record for commands, in the order of the function.
struct command_columns {
    column<std::int64_t> request_id;
    column<std::int64_t> fence;
    column<std::int32_t> sequence;
    column<std::string_view> type;
    column<json_text> parameters;
    column<std::string_view> request;
    column<std::string_view> response;
    column<std::string_view> reference_number;
    column<std::string_view> status_code;
    column<std::string_view> exchange;
    column<std::string_view> outcome;
    column<std::string_view> error_code;
    column<std::string_view> error_description;
    column<json_text> result;
    column<double> sent_age;
    column<double> duration;

    void add(const recorded_run& run, steady_clock::time_point now) {
        for (const auto& c : run.commands) {
            request_id.add(run.request_id);
            fence.add(run.fence);
            add_command(c, now);
        }
    }

private:
    void add_command(const command_record& c, steady_clock::time_point now) {
        sequence.add(c.sequence);
        type.add(name_of(c.type));
        parameters.add({json::write(c.parameters)});
        add_text(request, c.request);
        add_text(response, c.response);
        add_text(reference_number, c.reference_number);
        add_text(status_code, c.status_code);
        add_text(error_code, c.error_code);
        add_text(error_description, c.error_description);
        add_json(result, c.result);
        add_attempt(c, now);
    }

    void add_attempt(const command_record& c, steady_clock::time_point now) {
        if (!c.outcome) {
            outcome.add("skipped");
            exchange.add_null();
            sent_age.add_null();
            duration.add_null();
            return;
        }
        outcome.add(name_of(*c.outcome));
        exchange.add(c.read_back ? "read_back" : name_of(c.got));
        sent_age.add(age_of(c.sent, now));
        duration.add(milliseconds(c.duration).count());
    }
};

/// The parameters of contego.record for verdicts, which follow.
struct verdict_columns {
    column<std::int64_t> request_id;
    column<std::int64_t> fence;
    column<std::string_view> disposition;
    column<std::string_view> error_code;
    column<std::string_view> error_description;
    column<std::string_view> reference_number;
    column<json_text> result;
    column<double> delay;
    column<bool> counts;
    column<bool> maybe_sent;
    column<double> sent_age;

    void add(const recorded_run& run, steady_clock::time_point now) {
        if (!run.end) return;
        request_id.add(run.request_id);
        fence.add(run.fence);
        disposition.add(name_of(disposition_of(*run.end)));
        std::visit([&](const auto& end) { add_end(end); }, *run.end);
        if (run.first_sent)
            sent_age.add(age_of(*run.first_sent, now));
        else
            sent_age.add_null();
    }

private:
    /// A member that this alternative lacks becomes NULL.
    template <typename End>
    void add_end(const End& end) {
        add_reason(end);
        if constexpr (requires { end.reference_number; })
            add_text(reference_number, end.reference_number);
        else
            reference_number.add_null();
        if constexpr (requires { end.result; })
            add_json(result, end.result);
        else
            result.add_null();
        if constexpr (requires { end.maybe_sent; })
            maybe_sent.add(end.maybe_sent);
        else
            maybe_sent.add_null();
        if constexpr (std::is_same_v<End, retrying>) {
            delay.add(static_cast<double>(end.delay.count()));
            counts.add(end.counts);
        } else {
            delay.add_null();
            counts.add_null();
        }
    }

    template <typename End>
    void add_reason(const End& end) {
        if constexpr (requires { end.why; }) {
            add_text(error_code, end.why.code);
            add_text(error_description, end.why.description);
        } else {
            error_code.add_null();
            error_description.add_null();
        }
    }
};

constexpr statement hold_unrecordable{"hold_unrecordable",
                                      "SELECT contego.hold_unrecordable($1, $2, $3, $4)"};

constexpr statement find_recordable{"recordable", "SELECT array_to_json(contego.recordable($1))"};

/// The daemons lock a row for milliseconds. A longer lock is that of a person who left a transaction open.
constexpr auto wait_for_a_lock = std::chrono::milliseconds(2'000);

database_options impatient(database_options options) {
    options.lock_timeout = std::min(wait_for_a_lock, options.answer_timeout / 3);
    return options;
}

/// Whether one row of the batch may cause the error, so that the others are worth another try without it.
bool may_be_a_row(const server_error& e) {
    return is_about_the_row(e.sqlstate()) || took_too_long(e.sqlstate());
}

/// Returns the part of the batch for the requests that `wanted` accepts.
template <typename Predicate>
record_batch part_of(const record_batch& batch, const Predicate& wanted) {
    record_batch part;
    for (const auto& run : batch.runs)
        if (wanted(run.request_id)) part.runs.push_back(run);
    return part;
}

std::set<std::int64_t> requests_of(const record_batch& batch) {
    std::set<std::int64_t> all;
    for (const auto& run : batch.runs)
        all.insert(run.request_id);
    return all;
}

/// Whether the run only holds its request.
bool only_holds(const recorded_run& run) {
    return run.commands.empty() && run.end && std::holds_alternative<held>(*run.end);
}

/// Writes one batch on one connection.
class batch_writer {
public:
    /// `shortest_timeout` is a lower bound of the server's time limit. `on_end` gets one of the claims that
    /// the batch has ended.
    batch_writer(connection& c,
                 std::chrono::milliseconds shortest_timeout,
                 std::set<std::int64_t>& locked,
                 std::function<void(const acknowledged_write&)> on_end)
        : connection_(c), shortest_timeout_(shortest_timeout), locked_(locked), on_end_(std::move(on_end)) {}

    record_answer record(const record_batch& batch) {
        record_answer answer;
        const auto rest = without_locked(batch, answer);
        try {
            write(rest, answer);
        } catch (const server_error& e) {
            if (waited_for_a_lock(e.sqlstate()))
                write_unlocked(rest, answer);
            else if (may_be_a_row(e))
                one_by_one(rest, answer);
            else
                throw;
        }
        return answer;
    }

private:
    void write(const record_batch& batch, record_answer& answer) {
        if (batch.runs.empty()) return;
        const auto now = steady_clock::now();
        try {
            write_at(now, batch, answer);
        } catch (const server_error& e) {
            // The server reports its time limit and a cancel by another session with the same SQLSTATE. A
            // cancel is not caused by the rows.
            if (!took_too_long(e.sqlstate()) || steady_clock::now() - now >= shortest_timeout_) throw;
            throw std::runtime_error("record_outcomes: another session cancelled the statement");
        }
    }

    void write_at(steady_clock::time_point now, const record_batch& batch, record_answer& answer) {
        command_columns c;
        verdict_columns v;
        for (const auto& run : batch.runs) {
            c.add(run, now);
            v.add(run, now);
        }
        const auto written = connection_->call(record_outcomes,
                                               binary(c.request_id),
                                               binary(c.fence),
                                               binary(c.sequence),
                                               binary(c.type),
                                               binary(c.parameters),
                                               binary(c.request),
                                               binary(c.response),
                                               binary(c.reference_number),
                                               binary(c.status_code),
                                               binary(c.exchange),
                                               binary(c.outcome),
                                               binary(c.error_code),
                                               binary(c.error_description),
                                               binary(c.result),
                                               binary(c.sent_age),
                                               binary(c.duration),
                                               binary(v.request_id),
                                               binary(v.fence),
                                               binary(v.disposition),
                                               binary(v.error_code),
                                               binary(v.error_description),
                                               binary(v.reference_number),
                                               binary(v.result),
                                               binary(v.delay),
                                               binary(v.counts),
                                               binary(v.maybe_sent),
                                               binary(v.sent_age));
        const auto stale = json::parse(written[0][0].c_str());
        std::set<std::int64_t> not_written;
        for (const auto& id : *stale.items()) {
            answer.stale.push_back(*id.integer());
            not_written.insert(*id.integer());
        }
        acknowledge(batch, not_written);
        answer.woken += written[0][1].as<std::size_t>();
    }

    /// Remembers one of the claims that the batch has ended. One transaction has written all of them.
    void acknowledge(const record_batch& batch, const std::set<std::int64_t>& not_written) {
        for (const auto& run : batch.runs)
            if (run.end && !not_written.contains(run.request_id)) {
                on_end_({run.request_id, run.fence, true});
                return;
            }
    }

    /// Postpones requests whose rows were locked at the last attempt and still are. Returns the rest of the
    /// batch.
    record_batch without_locked(const record_batch& batch, record_answer& answer) {
        std::set<std::int64_t> asked;
        for (const auto id : requests_of(batch))
            if (locked_.contains(id)) asked.insert(id);
        return asked.empty() ? batch : unlocked_part_of(batch, asked, answer);
    }

    /// Writes a batch although another session holds a lock. If rows of some requests are locked, it
    /// postpones these requests and writes the others. If a table is locked, it throws an error that names
    /// the session.
    void write_unlocked(const record_batch& batch, record_answer& answer) {
        const auto part = unlocked_part_of(batch, requests_of(batch), answer);
        try {
            write(part, answer);
        } catch (const server_error& e) {
            if (waited_for_a_lock(e.sqlstate()))
                throw std::runtime_error(e.what() + lock_holders(connection_));
            if (!may_be_a_row(e)) throw;
            one_by_one(part, answer);
        }
    }

    /// Asks the database which of the requests in `asked` have locked rows, and postpones these. Returns the
    /// rest of the batch.
    record_batch
    unlocked_part_of(const record_batch& batch, const std::set<std::int64_t>& asked, record_answer& answer) {
        column<std::int64_t> ids;
        for (const auto id : asked)
            ids.add(id);
        const auto free = json::parse(connection_->call(find_recordable, binary(ids))[0][0].c_str());
        auto locked = asked;
        for (const auto& id : *free.items()) {
            locked.erase(*id.integer());
            locked_.erase(*id.integer());
        }
        locked_.insert(locked.begin(), locked.end());
        answer.postponed.insert(answer.postponed.end(), locked.begin(), locked.end());
        return part_of(batch, [&](std::int64_t id) { return !locked.contains(id); });
    }

    void one_by_one(const record_batch& batch, record_answer& answer) {
        for (const auto& run : batch.runs) {
            try {
                write({{run}}, answer);
            } catch (const server_error& e) {
                if (waited_for_a_lock(e.sqlstate()))
                    postpone(run.request_id, answer);
                else if (may_be_a_row(e))
                    set_apart(run, e, answer);
                else
                    throw;
            }
        }
    }

    void postpone(std::int64_t id, record_answer& answer) {
        locked_.insert(id);
        answer.postponed.push_back(id);
    }

    // Handles a request that the database refuses, so that the others are written. After a time-out the
    // request is held by a statement that does not read the contents of its row. If that takes too long as
    // well, the whole database is slow, and the batch is written again later.
    void set_apart(const recorded_run& run, const server_error& e, record_answer& answer) {
        if (!took_too_long(e.sqlstate()) && !only_holds(run)) {
            answer.failed.push_back(run.request_id);
            if (answer.failure.empty()) answer.failure = e.what();
        } else {
            hold(run, e.what());
        }
    }

    // If the database refuses the hold as well, for example by a trigger of the site, the request stays in
    // flight until this daemon ends. Repeating the hold without end would keep all other requests waiting.
    void hold(const recorded_run& run, const std::string& why) {
        try {
            connection_->call(hold_unrecordable,
                              run.request_id,
                              run.fence,
                              "RECORD_REFUSED",
                              "the outcome could not be stored: " + why);
        } catch (const server_error& e) {
            if (!is_about_the_row(e.sqlstate())) throw;
        }
    }

    connection& connection_;
    const std::chrono::milliseconds shortest_timeout_;
    std::set<std::int64_t>& locked_;
    std::function<void(const acknowledged_write&)> on_end_;
};

class pg_outcome_store final : public outcome_store {
public:
    pg_outcome_store(std::shared_ptr<connection_pool> pool, fleet& membership)
        : pool_(std::move(pool)), membership_(membership) {}

    record_answer record(const record_batch& batch) override {
        auto lent = pool_->borrow();
        return batch_writer(*lent,
                            pool_->options().answer_timeout * 8 / 10,
                            locked_,
                            [this](const auto& end) { membership_.acknowledged(this, end); })
            .record(batch);
    }

private:
    std::shared_ptr<connection_pool> pool_;
    fleet& membership_;
    std::set<std::int64_t> locked_; ///< requests whose rows were locked at the last attempt
};

} // namespace

std::shared_ptr<connection_pool> make_recording_pool(database_options options, std::size_t size) {
    return std::make_shared<connection_pool>(impatient(std::move(options)), size);
}

std::unique_ptr<outcome_store> make_outcome_store(std::shared_ptr<connection_pool> pool, fleet& membership) {
    return std::make_unique<pg_outcome_store>(std::move(pool), membership);
}

} // namespace contego::queue
