#include "doctor/check_replication.hpp"

#include <algorithm>
#include <set>

namespace contego::daemon {
namespace {

std::string megabytes(std::int64_t bytes) {
    constexpr std::int64_t megabyte = 1'048'576;
    return std::to_string(bytes / megabyte) + " MB";
}

/// Returns the names of these hosts, joined by `, `.
template <typename Which>
std::string names_of(const std::vector<asked_host>& hosts, Which which) {
    std::string all;
    for (const auto& h : hosts)
        if (h.said && which(*h.said)) all += (all.empty() ? "" : ", ") + h.name;
    return all;
}

/// Returns how many servers of the cluster accept writes. Servers differ by the time of their start.
std::size_t writers_of(const std::vector<asked_host>& hosts, const std::string& cluster) {
    std::set<std::string> started;
    for (const auto& h : hosts)
        if (h.said && h.said->cluster == cluster && !h.said->in_recovery) started.insert(h.said->started);
    return started.size();
}

findings check_clusters(const std::vector<asked_host>& hosts) {
    std::set<std::string> clusters;
    for (const auto& h : hosts)
        if (h.said) clusters.insert(h.said->cluster);
    findings all;
    for (const auto& cluster : clusters)
        if (writers_of(hosts, cluster) > 1)
            all.push_back(error(
                "the hosts " +
                    names_of(hosts, [&](const auto& s) { return s.cluster == cluster && !s.in_recovery; }) +
                    " all accept writes: the cluster has several primaries (split brain), and daemons "
                    "of different hosts send without knowing of each other",
                "stop all daemons and all primaries but one, and run the watchdog of your failover "
                "manager on each host (docs/high-availability.md)"));
    if (clusters.size() < 2) return all;
    std::string members;
    for (const auto& cluster : clusters)
        members += (members.empty() ? "" : "; ") +
                   names_of(hosts, [&](const auto& s) { return s.cluster == cluster; }) +
                   " (system identifier " + cluster + ')';
    all.push_back(error("the hosts belong to different clusters: " + members,
                        "name only the hosts of one cluster in database.connection: the others have other "
                        "requests"));
    return all;
}

finding check_slot(const queue::slot_stats& s) {
    constexpr int much = 10; // times max_wal_size
    const auto slot = "replication slot " + s.name + (s.active ? "" : ", which is not in use,");
    const auto drop = "drop the slot: SELECT pg_drop_replication_slot('" + s.name + "')";
    if (s.lost)
        return warning(slot + " has lost WAL that its reader still needs, so the reader cannot go on",
                       "set the reader up again, or " + drop);
    const auto text =
        slot + " keeps " + megabytes(s.kept) + " of WAL, more than max_wal_size (" + megabytes(s.usual) + ')';
    const auto hint = "let the reader of the slot catch up, or " + drop;
    if (s.limit) return warning(text + ", and " + megabytes(*s.limit) + " at most", hint);
    const auto endless = text + ", without a limit: a full disk stops the database";
    const auto limited = hint + "; max_slot_wal_keep_size limits what slots keep";
    return !s.active && s.kept > much * s.usual ? error(endless, limited) : warning(endless, limited);
}

} // namespace

findings check_hosts(const std::vector<asked_host>& hosts, bool may_reach_a_standby) {
    if (hosts.empty()) return {good("database.connection names one host")};
    findings all = check_clusters(hosts);
    for (const auto& h : hosts)
        if (!h.said)
            all.push_back(warning("the host " + h.name + " cannot be asked: " + h.trouble,
                                  "repair the host, or remove it from database.connection"));
    if (may_reach_a_standby)
        all.push_back(warning("database.connection names several hosts, and a connection may end at a "
                              "standby, on which the daemon cannot work",
                              "add target_session_attrs=read-write to database.connection"));
    if (!all.empty()) return all;
    const auto primaries = names_of(hosts, [](const auto& s) { return !s.in_recovery; });
    const auto standbys = names_of(hosts, [](const auto& s) { return s.in_recovery; });
    return {good("all " + std::to_string(hosts.size()) +
                 " hosts are of one cluster; accepting writes: " + (primaries.empty() ? "none" : primaries) +
                 "; standbys: " + (standbys.empty() ? "none" : standbys))};
}

findings check_replication(const std::vector<queue::publication_fault>& faults,
                           const std::vector<queue::slot_stats>& slots) {
    findings all;
    for (const auto& f : faults)
        all.push_back(error("contego." + f.table +
                                " cannot be changed because of a publication, so the "
                                "daemons cannot go on: " +
                                f.why,
                            "change the publication: let it publish inserts only (ALTER PUBLICATION ... SET "
                            "(publish = 'insert')), or drop its row filter and its list of columns. "
                            "If a table has lost its primary key, add it again"));
    for (const auto& s : slots)
        if (s.lost || s.kept > s.usual) all.push_back(check_slot(s));
    if (all.empty())
        all.push_back(good("no publication keeps the daemons from writing, and no replication slot keeps "
                           "much WAL; slots: " +
                           std::to_string(slots.size())));
    return all;
}

} // namespace contego::daemon
