#include "doctor/check_queue.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string_view>
#include <utility>

namespace contego::daemon {
namespace {

constexpr double long_due = 900;
constexpr double long_blocked = 3'600;

/// Seconds; lease_ms has this upper limit.
constexpr double longest_lease = 3'600;

/// Returns a provider's name for a line of output. A CRM may have written any text as the name, so control
/// characters are replaced and a long name is cut.
std::string printable(const std::string& name) {
    constexpr std::size_t longest = 60;
    std::string text = name.substr(0, longest);
    std::ranges::replace_if(text, [](unsigned char c) { return c < ' ' || c == '\x7f'; }, '?');
    return text.size() < name.size() ? text + "..." : text;
}

std::string subject_of(const queue::provider_backlog& p) {
    if (p.provider == queue::unknown_provider) return std::to_string(p.names) + " further providers: ";
    return "provider " + printable(p.provider) + ": ";
}

char folded(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Returns the number of letters to insert, remove or change that turns one text into the other, ignoring the
/// case of letters.
std::size_t distance(std::string_view one, std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), 0);
    for (std::size_t i = 0; i < one.size(); ++i) {
        auto diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < other.size(); ++j) {
            const auto replaced = diagonal + (folded(one[i]) == folded(other[j]) ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

/// Returns the beginning of a hint that names the configured provider with a similar name, or an empty text
/// if there is none.
std::string near_match(const std::string& name, const std::set<std::string>& configured) {
    constexpr std::size_t longest = 100;
    if (name.size() > longest) return {};
    for (const auto& known : configured)
        if (distance(name, known) <= std::min<std::size_t>(2, known.size() / 3))
            return "is " + known + " meant? ";
    return {};
}

void check_provider(findings& to, const queue::provider_backlog& p, const std::set<std::string>& configured) {
    const bool is_configured = configured.contains(p.provider);
    const auto name = subject_of(p);
    const std::string them = p.names == 1 ? "it" : "them";
    if (!is_configured && p.due > 0)
        to.push_back(warning(
            name + std::to_string(p.due) + " requests are due, and this configuration does not serve " + them,
            near_match(p.provider, configured) + "does another daemon serve " + them + "? if not, add " +
                them + " to the configuration, or cancel the requests with contegod cancel --provider"));
    if (p.held > 0)
        to.push_back(warning(name + std::to_string(p.held) + " requests are held until a person decides",
                             "the view contego.stuck lists them with the reason; then use contegod release, "
                             "retry, skip, close or cancel"));
    if (is_configured && p.oldest_due_age > long_due)
        to.push_back(warning(name + "the oldest of " + std::to_string(p.due) +
                                 " due requests has been due for " + span_text(p.oldest_due_age),
                             "the view contego.queue_health shows the pace, and contego.blocked_lane shows "
                             "which requests block others"));
}

} // namespace

findings check_queue(const std::vector<queue::provider_backlog>& all,
                     const queue::stuck_stats& stuck,
                     const std::set<std::string>& configured) {
    findings to;
    std::int64_t due = 0;
    std::int64_t retrying = 0;
    std::int64_t blocked = 0;
    for (const auto& p : all) {
        due += p.due;
        retrying += p.retrying;
        blocked += p.blocked;
        check_provider(to, p, configured);
    }
    if (stuck.in_flight_long > 0)
        to.push_back(warning(
            std::to_string(stuck.in_flight_long) + " requests have been in flight for more than a minute",
            "the view contego.in_flight lists them with their daemons; is exchange_timeout_ms that long?"));
    if (stuck.longest_blocked > long_blocked)
        to.push_back(warning("of " + std::to_string(stuck.blocked_lanes) +
                                 " blocked cards and boxes, one has been blocked for " +
                                 span_text(stuck.longest_blocked),
                             "the view contego.blocked_lane names the request that blocks it"));
    if (to.empty())
        to.push_back(good(std::to_string(due) + " requests are due, " + std::to_string(blocked) +
                          " of them blocked and " + std::to_string(retrying) + " retrying, " +
                          std::to_string(stuck.in_flight_orphans) +
                          " in flight with no living daemon; none is held"));
    return to;
}

findings check_lineage(const queue::lineage_stats& lineage) {
    findings to;
    if (!lineage.stopped.empty())
        to.push_back(error("claiming is stopped: " + lineage.stopped,
                           "if a named daemon still runs, let it reach the database; else run contegod "
                           "after-data-loss, as docs/operations.md describes"));
    for (const auto& sequence : lineage.behind)
        to.push_back(error(
            "the sequence " + sequence + " is behind its table, so it would give numbers that are in use",
            "let the CRM insert nothing, start a daemon, which moves all sequences forward, then "
            "run contegod after-data-loss"));
    if (to.empty()) to.push_back(good("no data is known to be lost, and no sequence is behind its table"));
    return to;
}

findings check_daemons(const std::vector<queue::daemon_stats>& all, std::int64_t due) {
    findings to;
    std::int64_t alive = 0;
    for (const auto& d : all) {
        alive += d.lease_left > 0 ? 1 : 0;
        if (d.lease_left > longest_lease)
            to.push_back(error("the lease of " + d.name + " on " + d.host + " lasts for another " +
                                   span_text(d.lease_left) + ", so the clock of the database was set back",
                               "start a daemon; a living daemon cuts such a lease to lease_ms"));
        // A lease of minus infinity did not run out: the daemon gave it up, a neighbour declared the daemon
        // dead, or an operator ended it. The check of the queue reports requests that it left in flight.
        if (std::isinf(d.lease_left)) continue;
        if (d.lease_left <= 0)
            to.push_back(
                warning("the lease of " + d.name + " on " + d.host + " ended " + span_text(-d.lease_left) +
                            " ago, and no daemon has taken over its requests yet",
                        "start a daemon; it takes over after lease_ms, or at once on the same machine"));
    }
    if (alive == 0 && due > 0)
        to.push_back(error("no daemon is alive, and " + std::to_string(due) + " requests are due",
                           "systemctl start contegod; if it does not start, its log says why"));
    else if (alive == 0)
        to.push_back(warning("no daemon is alive", "systemctl start contegod"));
    else
        to.insert(to.begin(), good(std::to_string(alive) + " daemons are alive"));
    return to;
}

} // namespace contego::daemon
