#include "pipeline/sender.hpp"

#include "pipeline/fresh_sending.hpp"

#include <chrono>
#include <utility>

namespace contego::pipeline {
namespace {

using std::chrono::steady_clock;

recorded_run run_of(const request& r) {
    recorded_run run;
    run.request_id = r.id;
    run.fence = r.fence;
    return run;
}

command_record record_of(int sequence, const command& c) {
    command_record record;
    record.sequence = sequence;
    record.type = c.type;
    record.parameters = masked(c.parameters);
    return record;
}

recorder::urgency urgency_of(const request& r) {
    return r.is_express() ? recorder::urgency::express : recorder::urgency::regular;
}

} // namespace

sender::sender(const line_options& options,
               const binding& wire,
               const request_source& source,
               transport& endpoint,
               const admission_control& gate,
               turnstile& turns,
               line_observer& observer,
               recorder& outcomes)
    : options_(options),
      wire_(wire),
      source_(source),
      endpoint_(endpoint),
      gate_(gate),
      turns_(turns),
      observer_(observer),
      recorder_(outcomes) {}

// The outcome of a command is recorded while the next one is sent. That of the last command travels with the
// verdict.
asio::awaitable<void> sender::run(execution e, bool& has_turn) {
    const auto& r = e.of();
    auto run = run_of(r);
    for (;;) {
        const auto next = e.next(gate_.now().proven);
        if (const auto* ended = std::get_if<verdict>(&next)) {
            end(std::move(run), r, *ended);
            co_return;
        }
        store(run, r);
        if (const auto* skip = std::get_if<skip_step>(&next)) {
            run.commands.push_back(record_of(skip->sequence, *skip->what));
            continue;
        }
        // The recorder keeps each outcome in memory until the database has stored it. If the database is
        // slower than the CAS, nothing is sent until there is room again.
        if (!recorder_.has_room()) co_await recorder_.wait_for_room();
        if (!has_turn)
            co_await turns_.pass(r.is_express() ? turnstile::rank::express : turnstile::rank::begun);
        has_turn = true;
        if (!may_send(r)) {
            end(std::move(run), r, released{r.maybe_sent});
            co_return;
        }
        if (!run.first_sent) run.first_sent = steady_clock::now();
        has_turn = false;
        auto record = co_await send(e, std::get<send_step>(next));
        if (record) run.commands.push_back(std::move(*record));
    }
}

void sender::release(const request& r) {
    end(run_of(r), r, released{r.maybe_sent});
}

bool sender::may_send(const request& r) const {
    return !stopping_ && gate_.now().exchanges > 0 && !recorder_.refused(r) &&
           steady_clock::now() < source_.lease_deadline(r);
}

/// Returns nothing if the exchange must not be recorded: it was a GET outside the plan.
asio::awaitable<std::optional<command_record>> sender::send(execution& e, const send_step& now) {
    const auto& r = e.of();
    const auto sent = steady_clock::now();
    const auto sending = fresh_sending(r.id, now);
    auto [wire, masked] = wire_.prepare(*now.what, sending);
    wire.not_after = source_.lease_deadline(r);
    wire.fresh_connection = !wire_.repeat_safe(now.what->type);
    const auto x = co_await endpoint_.send(std::move(wire), sent + options_.exchange_timeout);
    auto [answer, storable] = wire_.interpret(*now.what, sending, x);
    observer_.exchanged(r, *now.what, now.sequence, x, answer);

    auto record = record_of(now.sequence, now.read_back_for == nullptr ? *now.what : *now.read_back_for);
    record.read_back = now.read_back_for != nullptr;
    record.got = x.state;
    record.request = std::move(masked);
    record.response = std::move(storable);
    record.reference_number = answer.reference_number;
    record.status_code = answer.status_code;
    record.outcome = answer.outcome;
    record.error_code = answer.error_code;
    record.error_description = answer.error_description;
    if (!record.read_back) record.result = answer.result;
    record.sent = sent;
    record.duration = x.duration;
    if (!e.answered(answer)) co_return std::nullopt;
    co_return record;
}

void sender::store(recorded_run& run, const request& of) {
    if (run.commands.empty()) return;
    auto part = run_of(of);
    part.commands = std::exchange(run.commands, {});
    recorder_.add(std::move(part), urgency_of(of));
}

void sender::end(recorded_run run, const request& of, verdict v) {
    run.end = std::move(v);
    observer_.decided(of, run);
    recorder_.add(std::move(run), urgency_of(of));
}

} // namespace contego::pipeline
