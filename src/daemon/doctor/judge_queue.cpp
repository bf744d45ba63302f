#include "daemon/doctor/judge_queue.hpp"

namespace contego::daemon {
namespace {

constexpr double long_due = 900;
constexpr double long_blocked = 3'600;

/// No configuration allows a longer one than an hour.
constexpr double longest_lease = 3'600;

void judge_provider(findings& to, const queue::provider_backlog& p, bool is_configured) {
    const auto name = "provider " + p.provider + ": ";
    if (!is_configured && p.due > 0)
        to.push_back(warning(
            name + std::to_string(p.due) + " requests are due, and this configuration does not serve it",
            "does another daemon? if not: add it to the configuration, or cancel them by --provider"));
    if (p.held > 0)
        to.push_back(
            warning(name + std::to_string(p.held) + " requests are held until a person decides",
                    "contego.stuck says which and why; then contegod release, retry, skip, close or cancel"));
    if (is_configured && p.oldest_due_age > long_due)
        to.push_back(
            warning(name + "the oldest of " + std::to_string(p.due) + " due requests is due for " +
                        span_text(p.oldest_due_age),
                    "contego.queue_health says how fast it goes, contego.blocked_lane who waits for whom"));
}

} // namespace

findings judge_queue(const std::vector<queue::provider_backlog>& all,
                     const queue::stuck_figures& stuck,
                     const std::set<std::string>& configured) {
    findings to;
    std::int64_t due = 0;
    std::int64_t retrying = 0;
    std::int64_t blocked = 0;
    for (const auto& p : all) {
        due += p.due;
        retrying += p.retrying;
        blocked += p.blocked;
        judge_provider(to, p, configured.contains(p.provider));
    }
    if (stuck.in_flight_long > 0)
        to.push_back(
            warning(std::to_string(stuck.in_flight_long) + " requests are in flight for longer than a minute",
                    "contego.in_flight says which and with whom; is exchange_timeout_ms as long as that?"));
    if (stuck.longest_blocked > long_blocked)
        to.push_back(warning("of " + std::to_string(stuck.blocked_lanes) +
                                 " blocked cards and boxes one is blocked for " +
                                 span_text(stuck.longest_blocked),
                             "contego.blocked_lane says by what"));
    if (to.empty())
        to.push_back(good(std::to_string(due) + " requests are due, " + std::to_string(blocked) +
                          " of them blocked and " + std::to_string(retrying) + " retrying, " +
                          std::to_string(stuck.in_flight_orphans) +
                          " in flight with no living daemon; none is held"));
    return to;
}

findings judge_daemons(const std::vector<queue::daemon_figures>& all, std::int64_t due) {
    findings to;
    std::int64_t alive = 0;
    for (const auto& d : all) {
        alive += d.lease_left > 0 ? 1 : 0;
        if (d.lease_left > longest_lease)
            to.push_back(error(
                "the lease of " + d.name + " on " + d.host + " lasts for another " + span_text(d.lease_left) +
                    ": the database's clock was set back",
                "if that daemon is dead: UPDATE contego.daemon SET lease_until = now(), and its requests "
                "are taken over"));
        if (d.lease_left <= 0)
            to.push_back(warning("the lease of " + d.name + " on " + d.host + " ended " +
                                     span_text(-d.lease_left) + " ago, nobody has taken over yet",
                                 "start a daemon; a living one takes over within a third of lease_ms"));
    }
    if (alive == 0 && due > 0)
        to.push_back(error("no daemon is alive, and " + std::to_string(due) + " requests are due",
                           "systemctl start contegod; its log says what it cannot do"));
    else if (alive == 0)
        to.push_back(warning("no daemon is alive", "systemctl start contegod"));
    else
        to.insert(to.begin(), good(std::to_string(alive) + " daemons are alive"));
    return to;
}

} // namespace contego::daemon
