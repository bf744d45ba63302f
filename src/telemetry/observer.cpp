#include "telemetry/observer.hpp"

#include "vocabulary/enum_table.hpp"

#include <algorithm>
#include <chrono>

namespace contego::daemon {
namespace {

constexpr enum_table<disposition> became{{
    {disposition::complete, "request completed"},
    {disposition::reject, "request rejected"},
    {disposition::retry, "request will be retried"},
    {disposition::hold, "request held"},
    {disposition::release, "request given back"},
}};

double seconds(std::chrono::steady_clock::duration d) {
    return std::chrono::duration<double>(d).count();
}

} // namespace

void observer::claimed(std::string_view provider, std::size_t count) {
    fine("claim");
    metrics_.claimed(provider, count);
    if (count > 0)
        log_.debug("requests claimed", {{"provider", provider}, {"count", static_cast<std::int64_t>(count)}});
}

void observer::claimed_slowly(std::string_view provider, std::string_view steps) {
    log_.warning("a claim took long", {{"provider", provider}, {"steps", steps}});
}

void observer::exchanged(
    const request& r, const command& c, int sequence, const exchange& e, const reply& answer) {
    metrics_.exchanged(r.provider, c.type, answer.outcome, seconds(e.duration));
    if (e.outage) endpoint_outages_.hit(r.provider, r.id);
    const bool good = answer.outcome == outcome::success;
    if (!log_.takes(good ? spdlog::level::debug : spdlog::level::info)) return;
    value::object facts{
        {"request", r.id},
        {"command", name_of(c.type)},
        {"sequence", sequence},
        {"provider", r.provider},
        {"duration_s", seconds(e.duration)},
        {"outcome", name_of(answer.outcome)},
        {"status", answer.status_code},
        {"reference", answer.reference_number},
    };
    if (good) {
        log_.debug("command answered", facts);
        return;
    }
    facts.emplace("error_code", answer.error_code);
    facts.emplace("http_status", e.http_status);
    log_.info("command not done", facts);
}

void observer::shared(std::string_view provider,
                      const command& first,
                      const call_interpretation& read,
                      bool is_split) {
    metrics_.shared(provider, first.type, read.each.size(), is_split);
    const auto requests = static_cast<std::int64_t>(read.each.size());
    if (is_split)
        log_.info("a call of several requests was refused: it is sent again in two halves",
                  {{"provider", provider},
                   {"command", name_of(first.type)},
                   {"requests", requests},
                   {"error_code", read.each.front().answer.error_code}});
    if (!read.stranger.empty() && strangers_.emplace(provider, first.type).second)
        log_.warning(
            "an answer names a smartcard that the call did not carry (logged once for each command)",
            {{"provider", provider}, {"command", name_of(first.type)}, {"smartcard", read.stranger}});
}

void observer::decided(const request& r, const recorded_run& run) {
    if (!run.end) return;
    const auto& end = *run.end;
    const auto is = disposition_of(end);
    const auto since_claim =
        run.first_sent ? seconds(std::chrono::steady_clock::now() - *run.first_sent) : 0.0;
    metrics_.decided(r.provider, is, r.age_seconds + since_claim);
    if (!log_.takes(spdlog::level::info)) return;
    value::object facts{
        {"request", r.id},
        {"action", r.action.substr(0, 100)},
        {"provider", r.provider},
        {"attempts", r.attempts},
        {"duration_s", since_claim},
    };
    if (const auto* why = reason_of(end)) facts.emplace("error_code", why->code);
    if (const auto* again = std::get_if<retrying>(&end))
        facts.emplace("delay_ms", static_cast<std::int64_t>(again->delay.count()));
    log_.info(became.of(is), facts);
}

void observer::recorded(const record_batch& batch, const record_answer& answer) {
    fine("record");
    std::size_t commands = 0;
    for (const auto& run : batch.runs)
        commands += run.commands.size();
    const auto ends = std::ranges::count_if(batch.runs, [](const auto& run) { return run.end.has_value(); });
    log_.debug(
        "outcomes recorded",
        {{"commands", static_cast<std::int64_t>(commands)}, {"requests", static_cast<std::int64_t>(ends)}});
    for (const auto id : answer.stale)
        log_.warning("outcome not written: the request was claimed by another daemon meanwhile",
                     {{"request", id}});
    for (const auto id : answer.failed)
        log_.error("outcome not written: the database refuses it",
                   {{"request", id}, {"reason", answer.failure}});
    if (!answer.stale.empty()) metrics_.stale(answer.stale.size());
    tell_postponed(batch, answer);
}

// Logs each request once, because recording it is tried ten times a second.
void observer::tell_postponed(const record_batch& batch, const record_answer& answer) {
    if (!postponed_.empty())
        for (const auto& run : batch.runs)
            if (run.end && std::ranges::find(answer.postponed, run.request_id) == answer.postponed.end())
                postponed_.erase(run.request_id);
    for (const auto id : answer.postponed)
        if (postponed_.insert(id).second)
            log_.warning("outcome not written yet: another session has locked the row of the request",
                         {{"request", id}});
}

void observer::holds(std::string_view provider,
                     std::size_t waiting,
                     std::size_t sending,
                     std::size_t recording) {
    metrics_.holds(provider, waiting, sending, recording);
}

void observer::endpoint_changed(std::string_view provider,
                                std::string_view endpoint,
                                bool alive,
                                std::string_view reason) {
    metrics_.endpoint_changed(provider, endpoint, alive);
    const auto now = std::chrono::steady_clock::now();
    if (alive)
        endpoint_outages_.end(provider, endpoint, now);
    else
        endpoint_outages_.begin(provider, endpoint, reason, now);
    if (alive)
        log_.warning("the CAS answers again", {{"provider", provider}, {"endpoint", endpoint}});
    else
        log_.error("the CAS does not answer: only probes are sent to this endpoint until it answers",
                   {{"provider", provider}, {"endpoint", endpoint}, {"reason", reason}});
}

void observer::logged_in(std::string_view provider, const reply& answer) {
    const bool good = answer.outcome == outcome::success;
    metrics_.logged_in(provider, good);
    if (good)
        log_.info("logged in to the CAS", {{"provider", provider}});
    else
        log_.error("the login to the CAS failed: requests wait, and contegod logs in again later",
                   {{"provider", provider},
                    {"error_code", answer.error_code},
                    {"reason", answer.error_description}});
}

void observer::claiming_stopped(std::string_view why) {
    metrics_.claiming_stopped(!why.empty());
    const std::lock_guard lock(mutex_);
    if (stopped_ == why) return;
    stopped_ = why;
    if (why.empty())
        log_.warning("claiming goes on", {});
    else
        log_.error(
            "claiming is stopped in all daemons, so that no command is sent twice: an operator must run "
            "contegod after-data-loss, unless the missing daemons come back",
            {{"reason", why}});
}

void observer::rescued(std::int64_t count) {
    log_.warning("requests of a dead daemon taken over", {{"count", count}});
}

void observer::month(std::string_view month, std::string_view what) {
    log_.info("month of finished requests " + std::string(what), {{"month", std::string(month)}});
}

void observer::trouble(std::string_view stage, std::string_view what) {
    metrics_.trouble(stage);
    const std::lock_guard lock(mutex_);
    const auto times = outages_.trouble(stage, what, std::chrono::steady_clock::now());
    if (times)
        log_.error("the database does not answer, trying again",
                   {{"stage", stage}, {"reason", what}, {"times", static_cast<std::int64_t>(*times)}});
}

void observer::fine(std::string_view stage) {
    const std::lock_guard lock(mutex_);
    if (const auto away = outages_.over(stage, std::chrono::steady_clock::now()))
        log_.info("the database answers again", {{"stage", stage}, {"after_s", seconds(*away)}});
}

void observer::listens_again(std::string_view why) {
    log_.debug("the database ended the session that listens, opening another one", {{"reason", why}});
}

std::optional<std::string> observer::unready() const {
    const std::lock_guard lock(mutex_);
    if (!stopped_.empty()) return "claiming is stopped: " + stopped_;
    return outages_.unready();
}

} // namespace contego::daemon
