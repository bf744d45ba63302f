#include "telemetry/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <utility>

namespace contego::daemon {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using labels = std::map<std::string, std::string>;

constexpr std::array progresses{"QUEUED", "SCHEDULED", "BLOCKED", "IN_FLIGHT", "RETRYING", "HELD"};
constexpr std::array stages{
    "claim", "record", "lease", "housekeeping", "wakeup", "months", "runs", "poll", "outages"};

const prometheus::Histogram::BucketBoundaries seconds_buckets{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 3600};

const prometheus::Histogram::BucketBoundaries sizes_buckets{2, 5, 10, 20, 50, 100, 200, 500, 1000, 10000};

labels of_provider(std::string_view provider) {
    return {{"provider", std::string(provider)}};
}

labels of_stage(std::string_view provider, const char* stage) {
    return {{"provider", std::string(provider)}, {"stage", stage}};
}

} // namespace

metrics::metrics(const std::string& version, const std::vector<std::string>& providers)
    : claimed_(BuildCounter().Name("contego_claimed_total").Help("Requests claimed.").Register(registry_)),
      exchanges_(BuildCounter()
                     .Name("contego_exchanges_total")
                     .Help("Exchanges by command and outcome, including commands that could not be sent.")
                     .Register(registry_)),
      exchange_seconds_(BuildHistogram()
                            .Name("contego_exchange_duration_seconds")
                            .Help("Time from asking for a connection to the last byte of the answer.")
                            .Register(registry_)),
      shared_calls_(BuildHistogram()
                        .Name("contego_shared_call_requests")
                        .Help("Requests in each call that carried more than one.")
                        .Register(registry_)),
      split_calls_(
          BuildCounter()
              .Name("contego_split_calls_total")
              .Help("Calls of several requests that the CAS refused as a whole, so that each was sent "
                    "again in two halves.")
              .Register(registry_)),
      decided_(BuildCounter()
                   .Name("contego_requests_decided_total")
                   .Help("Verdicts on claimed requests, by disposition.")
                   .Register(registry_)),
      request_seconds_(BuildHistogram()
                           .Name("contego_request_duration_seconds")
                           .Help("Time from the due date of a request to its outcome.")
                           .Register(registry_)),
      held_(BuildGauge()
                .Name("contego_held_requests")
                .Help("Requests that this daemon holds, by stage: waiting, sending, recording.")
                .Register(registry_)),
      endpoint_up_(BuildGauge()
                       .Name("contego_endpoint_up")
                       .Help("1 while the breaker of an endpoint is closed, 0 while it is open and only "
                             "probes are sent.")
                       .Register(registry_)),
      logins_(BuildCounter()
                  .Name("contego_logins_total")
                  .Help("Logins to the CAS, by outcome: success or failed. None without a session in the "
                        "binding.")
                  .Register(registry_)),
      trouble_(BuildCounter()
                   .Name("contego_database_trouble_total")
                   .Help("Calls to the database that failed, by stage.")
                   .Register(registry_)),
      backlog_(BuildGauge()
                   .Name("contego_backlog_requests")
                   .Help("Open requests in the database, by provider and progress.")
                   .Register(registry_)),
      drift_(BuildGauge()
                 .Name("contego_drift_differences")
                 .Help("Differences between cards at the CAS and what they should have that are not settled, "
                       "by provider and kind.")
                 .Register(registry_)),
      oldest_due_(
          BuildGauge()
              .Name("contego_oldest_due_age_seconds")
              .Help("Age of the earliest due open request, by provider and progress; 0 if there is none.")
              .Register(registry_)),
      open_runs_(BuildGauge()
                     .Name("contego_open_runs")
                     .Help("Runs that have not ended, by state: RUNNING, PAUSED (by a person), "
                           "PAUSED_ITSELF (waits for a person).")
                     .Register(registry_)),
      run_cards_(BuildGauge()
                     .Name("contego_run_cards")
                     .Help("Cards of runs that have not ended, by state: waiting, failed.")
                     .Register(registry_)),
      stale_(BuildCounter()
                 .Name("contego_stale_outcomes_total")
                 .Help("Outcomes that were not written, because another claim took the request meanwhile.")
                 .Register(registry_)
                 .Add({})),
      claiming_stopped_(
          BuildGauge()
              .Name("contego_claiming_stopped")
              .Help("1 while no daemon claims, because the database may have lost data; 0 otherwise.")
              .Register(registry_)
              .Add({})),
      providers_(providers.begin(), providers.end()) {
    BuildGauge()
        .Name("contego_build_info")
        .Help("Always 1; the version is in the label.")
        .Register(registry_)
        .Add({{"version", version}})
        .Set(1);
    // Series that are known in advance start at 0, so that a rate counts the first event.
    for (const auto& provider : providers)
        line_of(provider);
    for (const auto* stage : stages)
        trouble_.Add({{"stage", stage}});
    providers_.emplace(queue::unknown_provider);
    queue({});
    runs({});
}

std::string_view metrics::shown(std::string_view provider) const {
    return providers_.contains(provider) ? provider : queue::unknown_provider;
}

metrics::line_series metrics::make_line(const std::string& provider) {
    line_series line{
        .claimed = claimed_.Add(of_provider(provider)),
        .request_seconds = request_seconds_.Add(of_provider(provider), seconds_buckets),
        .waiting = held_.Add(of_stage(provider, "waiting")),
        .sending = held_.Add(of_stage(provider, "sending")),
        .recording = held_.Add(of_stage(provider, "recording")),
    };
    for (const auto d : enumerators<disposition>)
        line.decided.at(static_cast<std::size_t>(d)) =
            &decided_.Add({{"provider", provider}, {"disposition", std::string(name_of(d))}});
    return line;
}

metrics::line_series& metrics::line_of(std::string_view provider) {
    if (const auto known = lines_.find(provider); known != lines_.end()) return known->second;
    const std::string name(shown(provider));
    if (const auto known = lines_.find(name); known != lines_.end()) return known->second;
    return lines_.emplace(name, make_line(name)).first->second;
}

void metrics::claimed(std::string_view provider, std::size_t count) {
    line_of(provider).claimed.Increment(static_cast<double>(count));
}

void metrics::exchanged(std::string_view provider, command_type command, outcome o, double seconds) {
    auto& line = line_of(provider);
    const auto which = static_cast<std::size_t>(command);
    auto*& count = line.exchanges.at(which).at(static_cast<std::size_t>(o));
    auto*& durations = line.exchange_seconds.at(which);
    if (count == nullptr) {
        labels names{{"provider", std::string(shown(provider))}, {"command", std::string(name_of(command))}};
        durations = &exchange_seconds_.Add(names, seconds_buckets);
        names.emplace("outcome", name_of(o));
        count = &exchanges_.Add(names);
    }
    count->Increment();
    durations->Observe(seconds);
}

void metrics::shared(std::string_view provider, command_type command, std::size_t requests, bool is_split) {
    const labels names{{"provider", std::string(shown(provider))},
                       {"command", std::string(name_of(command))}};
    shared_calls_.Add(names, sizes_buckets).Observe(static_cast<double>(requests));
    auto& splits = split_calls_.Add(names);
    if (is_split) splits.Increment();
}

void metrics::decided(std::string_view provider, disposition d, double seconds_since_due) {
    auto& line = line_of(provider);
    line.decided.at(static_cast<std::size_t>(d))->Increment();
    if (d == disposition::complete || d == disposition::reject)
        line.request_seconds.Observe(seconds_since_due);
}

void metrics::holds(std::string_view provider,
                    std::size_t waiting,
                    std::size_t sending,
                    std::size_t recording) {
    auto& line = line_of(provider);
    line.waiting.Set(static_cast<double>(waiting));
    line.sending.Set(static_cast<double>(sending));
    line.recording.Set(static_cast<double>(recording));
}

void metrics::endpoint_changed(std::string_view provider, std::string_view endpoint, bool alive) {
    endpoint_up_.Add({{"provider", std::string(shown(provider))}, {"endpoint", std::string(endpoint)}})
        .Set(alive ? 1 : 0);
}

void metrics::logged_in(std::string_view provider, bool good) {
    logins_.Add({{"provider", std::string(shown(provider))}, {"outcome", good ? "success" : "failed"}})
        .Increment();
}

void metrics::trouble(std::string_view stage) {
    trouble_.Add({{"stage", std::string(stage)}}).Increment();
}

void metrics::queue(const std::vector<queue::provider_stats>& figures) {
    struct sum {
        double count = 0;
        double age = 0;
    };

    std::map<std::pair<std::string_view, std::string_view>, sum> all;
    for (const auto& provider : providers_)
        for (const auto* progress : progresses)
            all.try_emplace({provider, progress});
    for (const auto& f : figures) {
        auto& s = all[{shown(f.provider), f.progress}];
        s.count += static_cast<double>(f.requests);
        s.age = std::max(s.age, f.oldest_due_age_seconds);
    }
    for (const auto& [which, s] : all) {
        const labels names{{"provider", std::string(which.first)}, {"progress", std::string(which.second)}};
        backlog_.Add(names).Set(s.count);
        oldest_due_.Add(names).Set(s.age);
    }
}

void metrics::runs(const queue::run_stats& figures) {
    const auto set = [](auto& family, const char* state, std::int64_t count) {
        family.Add({{"state", state}}).Set(static_cast<double>(count));
    };
    set(open_runs_, "RUNNING", figures.running);
    set(open_runs_, "PAUSED", figures.paused);
    set(open_runs_, "PAUSED_ITSELF", figures.paused_itself);
    set(run_cards_, "waiting", figures.cards_waiting);
    set(run_cards_, "failed", figures.cards_failed);
    drift(figures.drift);
}

void metrics::drift(const std::vector<queue::drift_stats>& found) {
    std::map<std::pair<std::string_view, std::string_view>, double> all;
    for (const auto& provider : providers_)
        for (const auto* kind : {"missing", "extra", "wrong_window", "wrong_pairing", "unknown_card"})
            all.try_emplace({provider, kind});
    for (const auto& one : found)
        all[{shown(one.provider), one.kind}] += static_cast<double>(one.differences);
    for (const auto& [which, count] : all)
        drift_.Add({{"provider", std::string(which.first)}, {"kind", std::string(which.second)}}).Set(count);
}

std::string metrics::text() const {
    return prometheus::TextSerializer().Serialize(registry_.Collect());
}

} // namespace contego::daemon
