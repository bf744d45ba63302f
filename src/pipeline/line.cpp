#include "pipeline/line.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include <algorithm>
#include <utility>

namespace contego::pipeline {
namespace {

/// Whether the request of this run has ended, so that it enters the feed.
bool has_ended(const recorded_run& run) {
    return run.end &&
           (std::holds_alternative<completed>(*run.end) || std::holds_alternative<rejected>(*run.end));
}

} // namespace

line::line(line_options options, const line_parts& parts)
    : options_(std::move(options)),
      most_in_call_(parts.wire.most_in_call()),
      gate_(parts.gate),
      observer_(parts.observer),
      recorder_(parts.network, parts.recording, parts.store, parts.observer),
      waiting_(parts.network, [this] { dispatcher_.more_is_ready(); }),
      turns_(parts.network, parts.gate, [this] { return waiting_.has_express(); }),
      sessions_(parts.network, options_, parts.wire, parts.endpoint, parts.gate, parts.observer),
      sender_(options_,
              parts.wire,
              parts.source,
              parts.endpoint,
              parts.gate,
              turns_,
              sessions_,
              parts.observer,
              recorder_),
      dispatcher_(parts.network,
                  options_.in_flight,
                  parts.gate,
                  turns_,
                  waiting_,
                  sender_,
                  {[this] { report_gauges(); }, [this] { claimer_.wake(); }}),
      claimer_(
          parts.network,
          options_,
          planned_claims(parts.claiming, options_, parts.wire, parts.source),
          parts.observer,
          [this] { return room(); },
          [this](std::deque<execution> planned) { dispatcher_.add(std::move(planned)); }) {
    gate_.on_change([this] { gate_changed(); });
    // If more requests wait to be sent than to be recorded, the CAS is the slower one.
    recorder_.on_asking_for_more([this] { return waiting_.size() > recorder_.outstanding(); });
    recorder_.on_written(
        [this](const record_batch& batch, const record_answer& answer) { recorded(batch, answer); });
}

asio::awaitable<void> line::run() {
    using namespace asio::experimental::awaitable_operators;
    const auto claim_then_drain = [this]() -> asio::awaitable<void> {
        co_await claimer_.run();
        dispatcher_.stop(); // gives back what the last claim brought
        co_await dispatcher_.drained();
        recorder_.stop();
    };
    co_await (claim_then_drain() && recorder_.run());
}

void line::stop() {
    claimer_.stop();
    dispatcher_.stop();
    recorder_.open();
}

claim_room line::room() const {
    const auto most = dispatcher_.max_concurrent();
    // Nothing is claimed ahead while the breaker is open.
    const auto capacity = most > 0 && gate_.now().proven ? most + options_.claim_ahead : most;
    const auto held =
        dispatcher_.waiting() + dispatcher_.sending() + dispatcher_.companions() + recorder_.outstanding();
    // A request whose row another session keeps locked keeps no others out.
    const auto uncounted = recorder_.postponed() + std::min(companions(), most * (most_in_call_ - 1));
    const auto busy = held - std::min(held, uncounted);
    return {capacity, capacity > busy ? capacity - busy : 0, gate_.now().proven};
}

// The requests of a shared call count as one, so that there are enough to fill as many calls as may be in
// flight. Of the calls that wait, only one counts so: if the daemon dies, its claimed requests are in doubt.
std::size_t line::companions() const {
    return std::min(waiting_.companions(), most_in_call_ - 1) + dispatcher_.companions() +
           recorder_.companions();
}

void line::recorded(const record_batch& batch, const record_answer& answer) {
    claimer_.recorded(batch);
    if (answer.woken > 0) claimer_.hint();
    if (ended_ && std::ranges::any_of(batch.runs, has_ended)) ended_();
    report_gauges();
}

void line::gate_changed() {
    dispatcher_.gate_changed();
    claimer_.admission_changed();
}

void line::report_gauges() {
    observer_.holds(options_.provider,
                    dispatcher_.waiting(),
                    dispatcher_.sending() + dispatcher_.companions(),
                    recorder_.outstanding());
}

} // namespace contego::pipeline
