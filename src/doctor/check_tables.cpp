#include "doctor/check_database.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

namespace contego::daemon {
namespace {

/// Tables through which every request passes, and in which it leaves dead rows.
constexpr std::array<std::string_view, 3> hot{"request_open", "lane", "command_open"};

/// Autovacuum starts at a number of dead rows; a table with this many times that number is reported.
constexpr double late = 2;

/// Autovacuum visits each table once in `autovacuum_naptime`, a minute by default. A big run leaves many
/// times the number meanwhile, which is no fault. So a table is reported only if the latest vacuum is older
/// than this many seconds.
constexpr double recent = 300;

/// If there never was a vacuum, only this many times the number shows that autovacuum had the time.
constexpr double late_for_the_first = 50;

constexpr std::int64_t worth_statistics = 1'000; // rows

std::string share_text(const queue::table_stats& t) {
    return "contego." + t.name + " has " + std::to_string(t.dead) + " dead rows beside " +
           std::to_string(t.live) + " live ones";
}

bool is_neglected(const queue::table_stats& t) {
    const auto dead = static_cast<double>(t.dead);
    return t.vacuumed ? dead > late * t.vacuum_at && *t.vacuumed > recent
                      : dead > late_for_the_first * t.vacuum_at;
}

} // namespace

findings check_autovacuum(const queue::vacuum_stats& f) {
    findings all;
    if (!f.autovacuum)
        all.push_back(error("autovacuum is off: the queue becomes slower with every request",
                            "set autovacuum = on in postgresql.conf, then reload"));
    if (!f.track_counts)
        all.push_back(error("track_counts is off, so autovacuum does not know which tables have dead rows",
                            "set track_counts = on in postgresql.conf, then reload"));
    for (const auto& t : f.tables)
        if (!t.autovacuum)
            all.push_back(error("autovacuum is switched off for contego." + t.name,
                                "ALTER TABLE contego." + t.name + " RESET (autovacuum_enabled)"));
    if (all.empty()) all.push_back(good("autovacuum is on, for every table"));
    return all;
}

findings check_dead_rows(const queue::vacuum_stats& f) {
    findings all;
    std::string text;
    for (const auto& t : f.tables) {
        if (std::ranges::find(hot, t.name) == hot.end()) continue;
        text += (text.empty() ? "" : "; ") + share_text(t);
        if (!is_neglected(t)) continue;
        all.push_back(warning(
            share_text(t) + "; autovacuum should have run at " + std::to_string(std::llround(t.vacuum_at)) +
                " dead rows and " +
                (t.vacuumed ? "last ran " + span_text(*t.vacuumed) + " ago" : "has never run"),
            "see the findings about transactions and autovacuum; if there are none, give autovacuum more "
            "workers or a higher autovacuum_vacuum_cost_limit; for now, run VACUUM contego." +
                t.name));
    }
    if (all.empty()) all.push_back(good(text.empty() ? "there is no table to check" : text));
    return all;
}

findings check_statistics(const queue::vacuum_stats& f) {
    findings all;
    for (const auto& t : f.tables)
        if (!t.analyzed && t.live >= worth_statistics)
            all.push_back(warning("contego." + t.name + " has " + std::to_string(t.live) +
                                      " rows, and no statistics were ever gathered for it",
                                  "ANALYZE contego." + t.name));
    if (all.empty())
        all.push_back(good("statistics were gathered for every table with at least " +
                           std::to_string(worth_statistics) + " rows"));
    return all;
}

} // namespace contego::daemon
