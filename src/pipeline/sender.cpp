#include "pipeline/sender.hpp"

#include "pipeline/fresh_sending.hpp"

#include <algorithm>
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

/// Returns the record of an exchange. Moves the texts of the exchange out of `done`.
command_record record_of(const send_step& now, sent_command& done) {
    auto record = record_of(now.sequence, now.read_back_for == nullptr ? *now.what : *now.read_back_for);
    const auto& answer = done.read.answer;
    record.read_back = now.read_back_for != nullptr;
    record.got = done.got.state;
    record.request = std::move(done.masked);
    record.response = std::move(done.read.storable);
    record.reference_number = answer.reference_number;
    record.status_code = answer.status_code;
    record.outcome = answer.outcome;
    record.error_code = answer.error_code;
    record.error_description = answer.error_description;
    if (!record.read_back) record.result = answer.result;
    record.sent = done.began;
    record.duration = done.got.duration;
    return record;
}

/// A command that was not sent, because its login failed.
sent_command unsent(reply why) {
    sent_command out;
    out.began = steady_clock::now();
    out.got.error = transport_error::connect;
    out.got.detail = why.error_description;
    out.got.outage = true;
    out.read.answer = std::move(why);
    return out;
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
               session_keeper& sessions,
               line_observer& observer,
               recorder& outcomes)
    : options_(options),
      wire_(wire),
      source_(source),
      endpoint_(endpoint),
      gate_(gate),
      turns_(turns),
      sessions_(sessions),
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
        const auto& now = std::get<send_step>(next);
        auto done = co_await answer_to(r, now, has_turn);
        if (!done) {
            end(std::move(run), r, released{r.maybe_sent});
            co_return;
        }
        if (!run.first_sent) run.first_sent = done->began;
        auto record = record_of(now, *done);
        if (e.answered(done->read.answer)) run.commands.push_back(std::move(record));
    }
}

void sender::release(const request& r) {
    end(run_of(r), r, released{r.maybe_sent});
}

bool sender::may_send(const request& r) const {
    return gate_.now().exchanges > 0 && is_ours(r);
}

/// Returns whether the daemon may still decide about the request.
bool sender::is_ours(const request& r) const {
    return !stopping_ && !recorder_.refused(r) && steady_clock::now() < source_.lease_deadline(r);
}

asio::awaitable<void> sender::wait_for_turn(const request& r, bool& has_turn) {
    // The recorder keeps each outcome in memory until the database has stored it. If the database is
    // slower than the CAS, nothing is sent until there is room again.
    if (!recorder_.has_room()) co_await recorder_.wait_for_room();
    if (!has_turn) co_await turns_.pass(r.is_express() ? turnstile::rank::express : turnstile::rank::begun);
    has_turn = true;
}

// A login takes the turn of the command that needs it, and the command waits for another one. So the commands
// that waited for a login do not exceed the rate.
asio::awaitable<sender::permit> sender::wait_for_session(const request& r, bool& has_turn) {
    for (;;) {
        if (has_to_wait(has_turn)) co_await wait_for_turn(r, has_turn);
        if (!may_send(r)) co_return permit{};
        const auto endpoint = gate_.next_endpoint();
        if (!endpoint) co_return permit{};
        if (auto session = sessions_.current(*endpoint))
            co_return permit{.given = true, .session = std::move(session), .login_failure = {}};
        has_turn = false;
        auto failure = co_await sessions_.log_in(*endpoint);
        // If there is a standby endpoint, the request logs in there.
        if (failure && is_ours(r) && !gate_.next_endpoint())
            co_return permit{.given = true, .session = {}, .login_failure = std::move(failure)};
    }
}

asio::awaitable<std::optional<sent_command>>
sender::answer_to(const request& r, const send_step& now, bool& has_turn) {
    return wire_.uses_session(now.what->type) ? answer_in_session(r, now, has_turn)
                                              : answer_at_once(r, now, has_turn);
}

// The usual way: a coroutine within this one would cost each exchange about a microsecond.
asio::awaitable<std::optional<sent_command>>
sender::answer_at_once(const request& r, const send_step& now, bool& has_turn) {
    if (has_to_wait(has_turn)) co_await wait_for_turn(r, has_turn);
    if (!may_send(r)) co_return std::nullopt;
    has_turn = false;
    auto x = prepared(r, now, nullptr);
    x.done.got = co_await endpoint_.send(std::move(x.wire), x.done.began + options_.exchange_timeout);
    interpret(x, r, now);
    co_return std::move(x.done);
}

/// Sends a command until it is answered, and logs in as often as it needs.
asio::awaitable<std::optional<sent_command>>
sender::answer_in_session(const request& r, const send_step& now, bool& has_turn) {
    bool has_expired = false;
    for (;;) {
        auto allowed = co_await wait_for_session(r, has_turn);
        if (!allowed.given) co_return std::nullopt;
        if (allowed.login_failure) co_return unsent(std::move(*allowed.login_failure));
        has_turn = false;
        auto x = prepared(r, now, allowed.session.get());
        x.done.got = co_await endpoint_.send(std::move(x.wire), x.done.began + options_.exchange_timeout);
        if (x.done.got.moved) continue;
        interpret(x, r, now);
        note_session(allowed.session, x.done.read.answer);
        // The CAS did nothing, so even a command that is not repeat-safe is sent again.
        if (x.done.read.answer.expired && !std::exchange(has_expired, true)) continue;
        co_return std::move(x.done);
    }
}

bool sender::has_to_wait(bool has_turn) const {
    return !has_turn || !recorder_.has_room();
}

sender::exchange_under_way
sender::prepared(const request& r, const send_step& now, const session* with) const {
    exchange_under_way x;
    x.done.began = steady_clock::now();
    x.how = fresh_sending(r.id, now);
    if (with != nullptr) x.how.session = with->token;
    auto [wire, masked] = wire_.prepare(*now.what, x.how);
    wire.not_after = source_.lease_deadline(r);
    wire.fresh_connection = !wire_.repeat_safe(now.what->type);
    if (with != nullptr) wire.endpoint = with->endpoint;
    x.wire = std::move(wire);
    x.done.masked = std::move(masked);
    return x;
}

void sender::interpret(exchange_under_way& x, const request& r, const send_step& now) {
    x.done.read = wire_.interpret(*now.what, x.how, x.done.got);
    observer_.exchanged(r, *now.what, now.sequence, x.done.got, x.done.read.answer);
}

void sender::note_session(const session_keeper::session_pointer& with, const reply& answer) {
    if (answer.expired)
        sessions_.expired(*with);
    else if (answer.outcome == outcome::success || answer.outcome == outcome::rejected)
        sessions_.accepted(*with);
}

asio::awaitable<sender::permit> sender::wait_for_permit(const request& r, command_type type, bool& has_turn) {
    if (wire_.uses_session(type)) co_return co_await wait_for_session(r, has_turn);
    if (has_to_wait(has_turn)) co_await wait_for_turn(r, has_turn);
    co_return permit{.given = true, .session = {}, .login_failure = {}};
}

asio::awaitable<shared_call> sender::run_call(shared_call all, bool& has_turn) {
    const auto provider = all.front().of().provider;
    const auto first = *std::get<send_step>(all.front().next()).what;
    bool has_expired = false;
    for (;;) {
        auto allowed = co_await wait_for_permit(all.front().of(), first.type, has_turn);
        give_back_lost(all, allowed);
        if (all.empty()) co_return shared_call();
        if (allowed.login_failure) {
            fail(all, *allowed.login_failure);
            co_return shared_call();
        }
        has_turn = false;
        auto [x, wire] = prepared(all, allowed.session.get());
        x.got = co_await endpoint_.send(std::move(wire), x.began + options_.exchange_timeout);
        if (x.got.moved) continue;
        auto read = wire_.interpret(x.items, x.got);
        const auto& answer = read.each.front().answer;
        if (allowed.session) note_session(allowed.session, answer);
        if (read.is_joint && answer.expired && !std::exchange(has_expired, true)) continue;
        const bool is_split = read.is_joint && answer.outcome == outcome::rejected && all.size() > 1;
        observer_.shared(provider, first, read, is_split);
        if (is_split) co_return std::move(all);
        tell(all, x, read);
        conclude(all, x, std::move(read));
        co_return shared_call();
    }
}

/// Releases the executions that may not be sent any more. If a login failed, the gate is closed, but
/// executions that are still ours get its reply.
void sender::give_back_lost(shared_call& all, const permit& allowed) {
    all.remove_if([&](const execution& e) {
        const bool stays = allowed.given && (allowed.login_failure ? is_ours(e.of()) : may_send(e.of()));
        if (!stays) release(e.of());
        return !stays;
    });
}

std::pair<sender::call_under_way, envelope> sender::prepared(shared_call& all, const session* with) const {
    call_under_way x;
    x.began = steady_clock::now();
    auto not_after = steady_clock::time_point::max();
    for (auto& e : all) {
        const auto now = std::get<send_step>(e.next());
        x.items.push_back({.what = now.what, .how = fresh_sending(e.of().id, now)});
        if (with != nullptr) x.items.back().how.session = with->token;
        not_after = std::min(not_after, source_.lease_deadline(e.of()));
    }
    auto [wire, masked] = wire_.prepare(x.items);
    wire.not_after = not_after;
    wire.fresh_connection = !wire_.repeat_safe(x.items.front().what->type);
    if (with != nullptr) wire.endpoint = with->endpoint;
    x.masked = std::move(masked);
    return {std::move(x), std::move(wire)};
}

/// Ends the executions of a call that could not be sent.
void sender::fail(shared_call& all, const reply& why) {
    call_under_way x;
    x.began = steady_clock::now();
    const auto failed = unsent(why);
    x.got = failed.got;
    for (auto& e : all)
        x.items.push_back({.what = std::get<send_step>(e.next()).what, .how = {}});
    x.masked.resize(all.size());
    call_interpretation read;
    read.each.assign(all.size(), failed.read);
    conclude(all, x, std::move(read));
}

void sender::tell(const shared_call& all, const call_under_way& x, const call_interpretation& read) {
    std::size_t n = 0;
    for (const auto& e : all) {
        observer_.exchanged(e.of(), *x.items[n].what, 1, x.got, read.each[n].answer);
        ++n;
    }
}

/// Gives each execution its reply, and ends it.
void sender::conclude(shared_call& all, call_under_way& x, call_interpretation read) {
    std::size_t n = 0;
    for (auto& e : all) {
        const auto& r = e.of();
        const send_step now{.sequence = 1, .what = x.items[n].what};
        sent_command done{
            .began = x.began, .masked = std::move(x.masked[n]), .got = {}, .read = std::move(read.each[n])};
        done.got.state = x.got.state;
        done.got.duration = x.got.duration;
        auto run = run_of(r);
        run.first_sent = x.began;
        run.is_companion = n > 0;
        auto record = record_of(now, done);
        if (e.answered(done.read.answer)) run.commands.push_back(std::move(record));
        const auto next = e.next();
        end(std::move(run), r, std::get<verdict>(next));
        ++n;
    }
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
