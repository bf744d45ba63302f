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

/// No configuration allows a longer one than an hour.
constexpr double longest_lease = 3'600;

/// A CRM writes what it likes there: no line breaks, and no more than that of it.
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

/// By how many letters that are missing, too many or others the two differ; the case of letters is no
/// difference.
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

/// The beginning of a hint if a configured name is nearly that one; else nothing.
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
    if (!is_configured && p.due > 0)
        to.push_back(warning(
            name + std::to_string(p.due) + " requests are due, and this configuration does not serve " +
                (p.names == 1 ? "it" : "them"),
            near_match(p.provider, configured) +
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

findings check_daemons(const std::vector<queue::daemon_stats>& all, std::int64_t due) {
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
        // Ended by hand, by a good-bye or by a neighbour: what it may have left in flight is told of the
        // queue.
        if (std::isinf(d.lease_left)) continue;
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
