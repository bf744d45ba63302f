#include "doctor/checks.hpp"

#include "config/check_provider.hpp"
#include "config/exposed_files.hpp"
#include "config/read_configuration.hpp"
#include "database/connection_string.hpp"
#include "database/sqlstate.hpp"
#include "doctor/check_database.hpp"
#include "doctor/check_endpoint.hpp"
#include "doctor/check_queue.hpp"
#include "doctor/check_replication.hpp"
#include "doctor/check_schema.hpp"
#include "schema/migrations.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

namespace contego::daemon {
namespace {

findings look_at_configuration(snapshot& p) {
    findings all;
    for (const auto& m : p.mistakes())
        all.push_back(error(m, "contegod check --keys describes every key"));
    if (all.empty())
        for (const auto& m : mistakes_in(p.settings().database))
            all.push_back(error(m,
                                "write keyword=value pairs or a URI, and the password into the file that "
                                "password_file names"));
    for (const auto& [name, provider] : p.settings().providers) {
        const auto whose = "provider " + name + ": ";
        for (const auto& m : mistakes_in(provider))
            all.push_back(error(
                whose + m,
                "docs/binding.md describes the binding file, and contegod check --keys describes every key"));
    }
    if (all.empty()) all.push_back(good("the configuration has no mistakes"));
    for (const auto& [name, provider] : p.settings().providers)
        for (const auto& remark : remarks_on(provider))
            all.push_back(good(std::string("provider ").append(name).append(": ").append(remark)));
    for (const auto& exposed : exposed_files(p.settings()))
        all.push_back(warning(exposed, {}));
    return all;
}

findings look_at_database(snapshot& p) {
    try {
        return check_server(p.examine().server());
    } catch (const std::exception& e) {
        p.unreachable = "the database cannot be reached";
        return {error(std::string("the database cannot be reached: ") + e.what(),
                      "is database.connection right, does PostgreSQL run, and may this login connect?")};
    }
}

asked_host asked(const queue::database_options& database, const queue::named_host& one) {
    auto options = database;
    options.connection_string = one.connection_string;
    try {
        return {one.name, queue::examination(std::move(options)).host(), {}};
    } catch (const std::exception& e) {
        return {one.name, std::nullopt, e.what()};
    }
}

findings look_at_hosts(snapshot& p) {
    const auto& connection = p.database().connection_string;
    std::vector<asked_host> hosts;
    for (const auto& one : queue::each_host(connection))
        hosts.push_back(asked(p.database(), one));
    return check_hosts(hosts, queue::may_reach_a_standby(connection));
}

findings look_at_schema(snapshot& p) {
    queue::migrations schema(p.database());
    const auto steps = schema.status();
    schema_state state;
    state.mismatch = schema.mismatch();
    state.known = queue::embedded_schema().migrations.size();
    state.applied = static_cast<std::size_t>(
        std::ranges::count_if(steps, [](const auto& s) { return s.applied_date.has_value(); }));
    if (state.applied == state.known) {
        const auto expected = queue::parse_catalog(queue::embedded_catalog());
        state.compared = expected.size();
        state.drift = queue::compare(expected, p.examine().catalog());
    }
    return check_schema(state);
}

findings look_at_indexes(snapshot& p) {
    return check_indexes(p.examine().invalid_indexes());
}

findings look_at_rights(snapshot& p) {
    return check_rights(p.examine().server().login, p.examine().rights());
}

findings look_at_clock(snapshot& p) {
    return check_clock(p.examine().clock());
}

findings look_at_durability(snapshot& p) {
    return check_durability(p.examine().durability());
}

/// A daemon opens eight connections for the lease, housekeeping, queue statistics, months, runs, the feed,
/// outages and LISTEN. For claims it opens one for each effective provider, up to `shared_connections`, and
/// as many for records.
findings look_at_connections(snapshot& p) {
    const auto providers =
        std::ranges::count_if(p.settings().providers, [](const auto& one) { return one.second.effective; });
    const auto most = static_cast<std::int64_t>(p.settings().database.shared_connections);
    return check_connections(p.examine().connections(), 2 * std::min<std::int64_t>(providers, most) + 8);
}

findings look_at_autovacuum(snapshot& p) {
    return check_autovacuum(p.examine().vacuum());
}

findings look_at_dead_rows(snapshot& p) {
    return check_dead_rows(p.examine().vacuum());
}

findings look_at_statistics(snapshot& p) {
    return check_statistics(p.examine().vacuum());
}

findings look_at_transactions(snapshot& p) {
    return check_horizon(p.examine().horizon(), p.longest_transaction());
}

findings look_at_replication(snapshot& p) {
    return check_replication(p.examine().publication_faults(), p.examine().slots());
}

findings look_at_locks(snapshot& p) {
    return check_locks(p.examine().lock_holders());
}

findings look_at_notifications(snapshot& p) {
    return check_notifications(p.examine().notifications());
}

std::vector<queue::provider_backlog> backlog_of(snapshot& p) {
    return p.examine().backlog(p.settings().provider_names());
}

findings look_at_queue(snapshot& p) {
    std::set<std::string> configured;
    for (const auto& [name, provider] : p.settings().providers)
        if (provider.effective) configured.insert(name);
    return check_queue(backlog_of(p), p.examine().stuck(), configured);
}

findings look_at_lineage(snapshot& p) {
    return check_lineage(p.examine().lineage());
}

findings look_at_daemons(snapshot& p) {
    std::int64_t due = 0;
    for (const auto& one : backlog_of(p))
        due += one.due;
    return check_daemons(p.examine().daemons(), due);
}

template <typename Judge>
findings for_each_endpoint(snapshot& p, Judge judge) {
    findings all;
    for (const auto& sight : p.endpoints()) {
        if (const auto* wrong = std::get_if<wrong_provider>(&sight))
            all.push_back(not_checked(wrong->subject + "its configuration has mistakes"));
        else
            std::ranges::move(judge(std::get<seen_endpoint>(sight)), std::back_inserter(all));
    }
    return all;
}

std::chrono::sys_seconds now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

findings look_at_endpoints(snapshot& p) {
    auto all = for_each_endpoint(
        p, [](const seen_endpoint& e) { return check_endpoint(e.subject, e.where, e.seen); });
    if (all.empty())
        all.push_back(warning("no provider is effective, so the daemon sends nothing",
                              "set effective to true for a provider"));
    return all;
}

findings look_at_server_certificates(snapshot& p) {
    auto all = for_each_endpoint(p, [](const seen_endpoint& e) {
        if (!e.where.tls) return findings{};
        return check_expiry(e.subject, e.seen.chain, now(), "the owner of the CAS must renew it");
    });
    if (all.empty()) all.push_back(good("no provider uses TLS"));
    return all;
}

findings look_at_client_certificates(snapshot& p) {
    findings all;
    for (const auto& [name, provider] : p.settings().providers) {
        const auto& file = provider.endpoint.tls.certificate_file;
        if (!provider.effective || file.empty()) continue;
        try {
            std::ranges::move(check_expiry("provider " + name + ", " + file.string() + ": ",
                                           http::facts_of_file(file),
                                           now(),
                                           "renew it and replace the certificate and key files; the daemon "
                                           "reads them again when they change"),
                              std::back_inserter(all));
        } catch (const std::exception& e) {
            all.push_back(not_checked("provider " + name + ": " + e.what()));
        }
    }
    if (all.empty()) all.push_back(good("no provider has a client certificate"));
    return all;
}

using enum precondition;

constexpr std::array<check, 22> checks{{
    {"configuration",
     "mistakes that contegod check finds in the file, the environment, bindings and TLS files",
     nothing,
     look_at_configuration},
    {"database",
     "whether the server can be reached, is new enough and accepts writes",
     good_configuration,
     look_at_database},
    {"hosts",
     "whether the hosts of the connection are one cluster with one primary",
     good_configuration,
     look_at_hosts},
    {"schema",
     "its version, and objects that are missing or not as the migrations make them",
     live_database,
     look_at_schema},
    {"indexes", "whether an index is invalid, so that no query uses it", live_database, look_at_indexes},
    {"rights", "whether the login has every right that the daemon needs", live_database, look_at_rights},
    {"clock", "whether this host and the database agree on the time", live_database, look_at_clock},
    {"durability", "settings under which a crash loses committed data", live_database, look_at_durability},
    {"connections",
     "how many connections the server, the database and the login have left",
     live_database,
     look_at_connections},
    {"autovacuum", "whether it is on, and for every table", live_database, look_at_autovacuum},
    {"dead rows",
     "dead rows in the tables through which every request passes",
     live_database,
     look_at_dead_rows},
    {"statistics", "tables whose statistics were never gathered", live_database, look_at_statistics},
    {"transactions",
     "transactions that keep dead rows from being removed",
     live_database,
     look_at_transactions},
    {"replication",
     "publications that make writes fail, and slots that keep much WAL",
     live_database,
     look_at_replication},
    {"locks", "sessions that hold a lock for which the daemons wait", live_database, look_at_locks},
    {"notifications",
     "how full the server's queue of notifications is",
     live_database,
     look_at_notifications},
    {"lineage",
     "whether claiming is stopped because data may be lost, and whether numbers would be given again",
     live_database,
     look_at_lineage},
    {"queue",
     "requests that are held, wait for long, or have an unknown provider",
     live_database,
     look_at_queue},
    {"daemons",
     "daemons that are alive or dead, and leases that last too long",
     live_database,
     look_at_daemons},
    {"endpoints",
     "whether each CAS can be reached and trusted; no command is sent",
     good_configuration,
     look_at_endpoints},
    {"server certificates",
     "when the first certificate of each chain expires",
     good_configuration,
     look_at_server_certificates},
    {"client certificates",
     "when the first certificate of each file expires",
     good_configuration,
     look_at_client_certificates},
}};

/// Returns the server's error, with a hint about the right or the schema that the login lacks.
finding refused(const queue::server_error& e) {
    auto said = not_checked(e.what());
    if (e.sqlstate() == "42501")
        said.hint =
            "see the finding about rights; doctor needs contego_daemon, contego_support or contego_operator";
    else if (e.sqlstate().starts_with("42") || e.sqlstate().starts_with("3F"))
        said.hint = "see the finding about the schema";
    return said;
}

} // namespace

std::span<const check> all_checks() {
    return checks;
}

findings made(const check& c, snapshot& p) {
    if (c.needs != nothing && !p.mistakes().empty()) return {not_checked("the configuration has mistakes")};
    if (c.needs == live_database && !p.unreachable.empty()) return {not_checked(p.unreachable)};
    try {
        return c.look(p);
    } catch (const queue::server_error& e) {
        return {refused(e)};
    } catch (const std::exception& e) {
        if (c.needs == live_database) p.unreachable = "the database no longer answers";
        return {not_checked(e.what())};
    }
}

} // namespace contego::daemon
