#include "pipeline/line.hpp"

#include "pipeline/on_database.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace contego::pipeline {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto between_hinted_claims = milliseconds(100);
constexpr auto between_claims_without_notify = milliseconds(50);

command_record record_of(const request& r, int sequence, const command& c) {
    command_record record;
    record.request_id = r.id;
    record.fence = r.fence;
    record.sequence = sequence;
    record.type = c.type;
    record.parameters = masked(c.parameters);
    return record;
}

bool is_express(const request& r) {
    return r.priority == "EXPRESS";
}

recorder::urgency urgency_of(const request& r) {
    return is_express(r) ? recorder::urgency::express : recorder::urgency::regular;
}

/// Its request waits to be claimed again, now or at a time that the next claim tells.
bool comes_back(const verdict& v) {
    return v.disposition == disposition::retry || v.disposition == disposition::release;
}

/// Rethrows what a coroutine of ours threw: none is expected to, so it is a bug and ends the daemon.
void must_not_throw(const std::exception_ptr& e) {
    if (e) std::rethrow_exception(e);
}

} // namespace

line::line(const asio::any_io_executor& network,
           asio::thread_pool& claiming,
           asio::thread_pool& recording,
           line_options options,
           const binding& wire,
           request_source& source,
           transport& endpoint,
           admission_control& gate,
           outcome_store& store,
           line_observer& observer)
    : network_(network),
      claiming_(claiming),
      options_(std::move(options)),
      wire_(wire),
      source_(source),
      endpoint_(endpoint),
      gate_(gate),
      observer_(observer),
      recorder_(network, recording, store, observer),
      woken_(network, steady_clock::time_point::max()),
      emptied_(network, steady_clock::time_point::max()),
      recorded_(network, steady_clock::time_point::max()),
      turns_(network, gate, [this] { return !express_.empty(); }) {
    gate_.on_change([this] { gate_changed(); });
    // Where more wait to be sent than to be recorded, it is the CAS that takes the time.
    recorder_.on_asking_for_more([this] { return waiting() > recorder_.outstanding(); });
    recorder_.on_written([this](const record_batch& batch, const record_answer& answer) {
        let_go(batch);
        hinted_ = hinted_ || answer.woken > 0 || std::ranges::any_of(batch.verdicts, comes_back);
        woken_.cancel();
        emptied_.cancel();
        recorded_.cancel();
        report_gauges();
    });
}

asio::awaitable<void> line::run() {
    using namespace asio::experimental::awaitable_operators;
    const auto claim_then_drain = [this]() -> asio::awaitable<void> {
        co_await claim_until_stopped();
        co_await drained();
        recorder_.stop();
    };
    co_await (claim_then_drain() && recorder_.run());
}

void line::wake() {
    hinted_ = true;
    woken_.cancel();
}

void line::stop() {
    stopping_ = true;
    woken_.cancel();
    recorded_.cancel();
    turns_.open();
}

/// Exchanges that may be on their way at once.
std::size_t line::max_concurrent() const {
    return std::min(options_.in_flight, gate_.now().exchanges);
}

// Nothing is claimed ahead for a CAS that may be dead.
std::size_t line::capacity() const {
    const auto most = max_concurrent();
    return most > 0 && gate_.now().proven ? most + options_.claim_ahead : most;
}

std::size_t line::room() const {
    const auto most = capacity();
    // A request whose row another session keeps locked keeps no others out.
    const auto busy = held() - std::min(held(), recorder_.postponed());
    return most > busy ? most - busy : 0;
}

std::size_t line::room_for_bytes() const {
    return options_.most_bytes_held > bytes_held_ ? options_.most_bytes_held - bytes_held_ : 0;
}

// A claim costs the same for one request as for many, so it waits until a good part of the room is free; but
// not for long where there was a hint: what came in may be EXPRESS.
bool line::may_claim(bool hint_is_due) const {
    const auto enough = [&](std::size_t room, std::size_t most) {
        return room >= (hint_is_due ? 1 : std::max<std::size_t>(1, most / 4));
    };
    return enough(room(), capacity()) && enough(room_for_bytes(), options_.most_bytes_held);
}

asio::awaitable<void> line::claim_until_stopped() {
    while (!stopping_) {
        const bool hint_is_due = hinted_ && steady_clock::now() >= next_hinted_claim_;
        if (!may_claim(hint_is_due)) {
            co_await rest(hinted_ ? between_hinted_claims : options_.poll_interval);
            continue;
        }
        hinted_ = false;
        next_hinted_claim_ = steady_clock::now() + between_hinted_claims;
        const auto pause = co_await claim_once();
        co_await rest_unless_hinted(pause);
    }
}

// Returns how long to rest where no hint comes; 0: there is more.
asio::awaitable<milliseconds> line::claim_once() {
    std::string trouble;
    try {
        auto [batch, planned] =
            co_await on_database(claiming_, [this, limit = room(), bytes = room_for_bytes()] {
                return claim_and_plan(limit, bytes);
            });
        backoff_.regained();
        observer_.claimed(options_.provider, planned.size());
        enqueue(std::move(planned));
        if (max_concurrent() == 0) give_back_waiting(); // the gate may have shut while the database was asked
        dispatch();
        co_return pause_after(batch);
    } catch (const std::exception& e) {
        trouble = e.what();
    }
    observer_.trouble("claim", trouble);
    co_await backoff_wait(backoff_.next());
    co_return milliseconds(0);
}

milliseconds line::pause_after(const claim_batch& batch) const {
    if (batch.more) return milliseconds(0);
    auto pause = options_.poll_interval;
    if (batch.next_due >= milliseconds(0)) pause = std::min(pause, std::max(batch.next_due, milliseconds(1)));
    if (batch.notify_suppressed_for > milliseconds(0)) pause = std::min(pause, between_claims_without_notify);
    return pause;
}

// On the thread that claims. Each request loses its parameters as soon as it is planned.
line::claimed_work line::claim_and_plan(std::size_t limit, std::size_t bytes) {
    claimed_work work{source_.claim(options_.provider, limit, bytes), {}};
    std::uniform_real_distribution<double> uniform;
    for (auto& r : work.batch.requests)
        work.planned.emplace_back(std::move(r), wire_, options_.retry, uniform(random_));
    work.batch.requests.clear();
    return work;
}

// What was claimed shares no lane with anything else that was, so that EXPRESS may go before all of it.
void line::enqueue(executions planned) {
    for (auto& way : planned) {
        const auto& r = way.of();
        bytes_held_ += r.size;
        bytes_[{r.id, r.fence}] += r.size;
        (is_express(r) ? express_ : regular_).push_back(std::move(way));
    }
}

void line::let_go(const record_batch& written) {
    for (const auto& v : written.verdicts)
        if (const auto held = bytes_.find({v.request_id, v.fence}); held != bytes_.end()) {
            bytes_held_ -= held->second;
            bytes_.erase(held);
        }
}

execution line::take_next() {
    auto& from = express_.empty() ? regular_ : express_;
    auto next = std::move(from.front());
    from.pop_front();
    return next;
}

asio::awaitable<void> line::rest(milliseconds at_most) {
    if (stopping_) co_return;
    boost::system::error_code ignored;
    woken_.expires_after(at_most);
    co_await woken_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// Unlike a rest it is not cut short by the end of a request: the claim before it has said that there is no
// more.
asio::awaitable<void> line::rest_unless_hinted(milliseconds pause) {
    const auto end = steady_clock::now() + pause;
    while (!stopping_ && !hinted_ && steady_clock::now() < end)
        co_await rest(std::chrono::ceil<milliseconds>(end - steady_clock::now()));
}

// Unlike a rest it is not cut short by hints, which come as often while the database refuses to be asked.
asio::awaitable<void> line::backoff_wait(milliseconds pause) {
    const auto end = steady_clock::now() + pause;
    while (!stopping_ && steady_clock::now() < end)
        co_await rest(std::chrono::ceil<milliseconds>(end - steady_clock::now()));
}

asio::awaitable<void> line::drained() {
    give_back_waiting();
    while (held() > 0 || choosing_ > 0) {
        boost::system::error_code ignored;
        emptied_.expires_at(steady_clock::time_point::max());
        co_await emptied_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

void line::give_back_waiting() {
    while (waiting() > 0)
        release(take_next().of(), std::nullopt);
}

void line::gate_changed() {
    if (max_concurrent() == 0) give_back_waiting();
    dispatch();
    hinted_ = true;
    woken_.cancel();
}

void line::dispatch() {
    for (auto idle = waiting(); idle > choosing_ && sending_ + choosing_ < max_concurrent() && !stopping_;
         --idle) {
        ++choosing_;
        asio::co_spawn(network_, run_executions(), must_not_throw);
    }
    report_gauges();
}

// The turn comes before the choice: what comes in while a turn is waited for may be EXPRESS.
asio::awaitable<void> line::run_executions() {
    for (bool has_turn = false;; ++choosing_) {
        if (!has_turn) co_await turns_.pass(turnstile::rank::fresh);
        has_turn = true;
        --choosing_;
        if (waiting() == 0 || stopping_ || sending_ + choosing_ >= max_concurrent()) break;
        ++sending_;
        auto next = take_next();
        if (waiting() == 0) woken_.cancel();
        co_await run_execution(std::move(next), has_turn);
        --sending_;
        if (choosing_ >= waiting() || sending_ + choosing_ >= max_concurrent()) break;
    }
    emptied_.cancel();
    report_gauges();
}

// The recorder keeps each outcome in memory until the database has stored it. If the database is slower than
// the CAS, the line stops sending until there is room again.
asio::awaitable<void> line::wait_for_recorder() {
    boost::system::error_code ignored;
    while (!stopping_ && !recorder_.has_room())
        co_await recorded_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// A turn that was not made use of is left to the request after it.
asio::awaitable<void> line::run_execution(execution way, bool& has_turn) {
    std::optional<steady_clock::time_point> first_sent;
    for (;;) {
        const auto next = way.next(gate_.now().proven);
        if (const auto* ended = std::get_if<verdict>(&next)) {
            auto v = *ended;
            v.first_sent = first_sent;
            end(way.of(), std::move(v));
            co_return;
        }
        if (const auto* skip = std::get_if<skip_step>(&next)) {
            recorder_.add(record_of(way.of(), skip->sequence, *skip->what), urgency_of(way.of()));
            continue;
        }
        if (!recorder_.has_room()) co_await wait_for_recorder();
        if (!has_turn)
            co_await turns_.pass(is_express(way.of()) ? turnstile::rank::express : turnstile::rank::begun);
        has_turn = true;
        if (stopping_ || gate_.now().exchanges == 0 || recorder_.refused(way.of()) ||
            steady_clock::now() >= source_.lease_deadline(way.of())) {
            release(way.of(), first_sent);
            co_return;
        }
        if (!first_sent) first_sent = steady_clock::now();
        has_turn = false;
        auto [answer, record] = co_await send(way.of(), std::get<send_step>(next));
        if (way.answered(answer)) recorder_.add(std::move(record), urgency_of(way.of()));
    }
}

asio::awaitable<line::sent_command> line::send(const request& r, const send_step& now) {
    const auto sent = steady_clock::now();
    auto what = wire_.render(*now.what, r.id);
    what.not_after = source_.lease_deadline(r);
    what.fresh_connection = !wire_.repeat_safe(now.what->type);
    const auto e = co_await endpoint_.send(std::move(what), sent + options_.exchange_timeout);
    auto answer = wire_.read(*now.what, r.id, e);
    observer_.exchanged(r, *now.what, now.sequence, e, answer);

    auto record = record_of(r, now.sequence, now.read_back_for == nullptr ? *now.what : *now.read_back_for);
    record.read_back = now.read_back_for != nullptr;
    record.got = e.state;
    record.request = wire_.render_masked(*now.what, r.id);
    record.response = wire_.storable(*now.what, e);
    record.reference_number = answer.reference_number;
    record.status_code = answer.status_code;
    record.outcome = answer.outcome;
    record.error_code = answer.error_code;
    record.error_description = answer.error_description;
    if (!record.read_back) record.result = answer.result;
    record.sent = sent;
    record.duration = e.duration;
    co_return sent_command{std::move(answer), std::move(record)};
}

void line::end(const request& r, verdict v) {
    observer_.decided(r, v);
    recorder_.add(std::move(v), urgency_of(r));
}

void line::release(const request& r, std::optional<steady_clock::time_point> first_sent) {
    verdict v;
    v.request_id = r.id;
    v.fence = r.fence;
    v.disposition = disposition::release;
    v.maybe_sent = r.maybe_sent;
    v.first_sent = first_sent;
    end(r, std::move(v));
}

void line::report_gauges() {
    observer_.holds(options_.provider, waiting(), sending_, recorder_.outstanding());
}

} // namespace contego::pipeline
