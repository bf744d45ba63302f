#include "doctor/check_database.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>

namespace contego::daemon {
namespace {

constexpr int oldest_server = 150'000;
constexpr double skew_warning = 1;
constexpr double skew_error = 5;

std::string seconds_text(double seconds) {
    std::ostringstream out;
    out << std::fixed << std::setprecision(3) << seconds << " s";
    return out.str();
}

std::string place(const queue::server_stats& f) {
    return "PostgreSQL " + f.version + ", database " + f.database + ", login " + f.login;
}

std::string end_prepared(const std::string& name) {
    return "COMMIT PREPARED '" + name + "' or ROLLBACK PREPARED '" + name + "'";
}

std::string way_out(const queue::horizon_holder& h) {
    if (h.kind == "session") return "end it: SELECT pg_terminate_backend(" + h.name + ")";
    if (h.kind == "standby")
        return "end the long query on the standby, or set its hot_standby_feedback to off";
    if (h.kind == "replication slot")
        return "let the reader of the slot catch up, or drop the slot: SELECT pg_drop_replication_slot('" +
               h.name + "')";
    return end_prepared(h.name);
}

} // namespace

findings check_server(const queue::server_stats& f) {
    if (f.version_number < oldest_server)
        return {error(place(f) + ": the server is too old", "use PostgreSQL 15 or later")};
    if (f.in_recovery)
        return {error(place(f) + ": the server is a standby, so the daemon can neither claim nor record",
                      "name every host in database.connection, with target_session_attrs=read-write")};
    if (f.read_only)
        return {error(place(f) + ": transactions are read-only by default",
                      "set default_transaction_read_only to off for the server, the database and the login")};
    auto all = findings{good(place(f) + ", is a primary and accepts writes")};
    if (f.encoding == "SQL_ASCII")
        all.push_back(warning(
            "the encoding of the database is SQL_ASCII: INSERTs of text that is not UTF-8 are refused",
            "move to a database with ENCODING 'UTF8'"));
    else if (f.encoding != "UTF8")
        all.push_back(warning("the encoding of the database is " + f.encoding +
                                  ": if the CAS answers with characters outside this encoding, the answer "
                                  "cannot be stored and the request is held",
                              "move to a database with ENCODING 'UTF8'"));
    return all;
}

findings check_clock(const queue::clock_stats& f) {
    const auto sure = std::max(0.0, std::abs(f.ahead) - f.error);
    const auto text = "the database's clock is " + seconds_text(std::abs(f.ahead)) +
                      (f.ahead < 0 ? " behind" : " ahead of") + " this host's, give or take " +
                      seconds_text(f.error);
    const auto* hint = "let both hosts follow the same time server (chronyc tracking, timedatectl)";
    if (sure > skew_error) return {error(text, hint)};
    if (sure > skew_warning) return {warning(text, hint)};
    return {good(text)};
}

findings check_durability(const queue::durability_stats& f) {
    findings all;
    if (f.fsync == "off")
        all.push_back(
            warning("fsync is off: a crash of the database's machine may destroy the whole database",
                    "set fsync = on in postgresql.conf, then reload"));
    if (f.full_page_writes == "off")
        all.push_back(
            warning("full_page_writes is off: a crash in the middle of a write may leave half a page written",
                    "set full_page_writes = on in postgresql.conf, then reload"));
    if (f.synchronous_commit == "off")
        all.push_back(
            warning("synchronous_commit is off: a crash of the database may undo outcomes of the last "
                    "second, and their commands are then sent again or held",
                    "set synchronous_commit to on or local for the server, the database and the login"));
    if (all.empty())
        all.push_back(
            good("fsync and full_page_writes are on, synchronous_commit is " + f.synchronous_commit));
    return all;
}

findings check_connections(const std::vector<queue::connection_room>& rooms, std::int64_t needed) {
    findings all;
    const auto* hint = "end unused connections, raise the limit, or put a connection pooler between";
    for (const auto& r : rooms) {
        const auto left = std::max<std::int64_t>(0, r.most - r.used);
        const auto text = std::to_string(left) + " of " + std::to_string(r.most) + " connections of " +
                          r.limit + " are left; a daemon opens " + std::to_string(needed);
        if (left == 0)
            all.push_back(error(text, hint));
        else if (left < needed)
            all.push_back(warning(text, hint));
        else
            all.push_back(good(text));
    }
    return all;
}

findings check_locks(const std::vector<queue::lock_holder>& holders) {
    constexpr double long_held = 1; // seconds; a claim takes milliseconds
    constexpr double very_long_held = 10;
    findings all;
    for (const auto& h : holders) {
        if (!h.age || *h.age < long_held) continue;
        const bool prepared = h.state == "prepared";
        const auto text = (prepared ? "prepared transaction " : "session ") + h.process + " (" + h.who +
                          (prepared || h.state.empty() ? "" : ", " + h.state) + ") has held " + h.holds +
                          " for " + span_text(*h.age) + ": the daemons wait for this lock";
        const auto hint =
            prepared ? end_prepared(h.process) : "end it: SELECT pg_terminate_backend(" + h.process + ")";
        all.push_back(*h.age > very_long_held ? error(text, hint) : warning(text, hint));
    }
    if (all.empty()) all.push_back(good("no session holds a lock for which the daemons wait"));
    return all;
}

findings check_notifications(const queue::notification_stats& f) {
    constexpr double much = 0.5;
    const auto text =
        std::to_string(static_cast<int>(f.usage * 100)) + " % of the server's notification queue is in use";
    if (f.usage <= much) return {good(text)};
    const auto* consequence = ": daemons find new requests by polling only, and once the queue is full, "
                              "transactions that send notifications fail";
    if (f.process.empty())
        return {
            warning(text + consequence,
                    "a session listens and has left a transaction open: as a login with pg_read_all_stats, "
                    "find the session with the oldest xact_start in pg_stat_activity, and end it")};
    return {warning(text + consequence + "; the oldest transaction is that of session " + f.process + " (" +
                        f.who + (f.age ? "), open for " + span_text(*f.age) : ")"),
                    "end it: SELECT pg_terminate_backend(" + f.process + ")")};
}

findings check_horizon(const std::vector<queue::horizon_holder>& holders, double longest) {
    constexpr std::int64_t many = 1'000'000; // transactions begun since then
    findings all;
    for (const auto& h : holders) {
        const bool old = h.age ? *h.age > longest : h.transactions > many;
        if (!old) continue;
        const auto text = h.kind + ' ' + h.name + " (" + h.who + (h.who.empty() ? "" : ", ") + h.state +
                          ") has kept dead rows from being removed for " +
                          (h.age ? span_text(*h.age) : "a time that this login may not see") + " and " +
                          std::to_string(h.transactions) + " transactions";
        const auto hint = way_out(h);
        all.push_back(h.age && *h.age > 12 * longest ? error(text, hint) : warning(text, hint));
    }
    if (all.empty())
        all.push_back(good("no transaction older than " + span_text(longest) + " keeps dead rows"));
    return all;
}

} // namespace contego::daemon
