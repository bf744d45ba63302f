#include "queue/queue_stats.hpp"

#include "database/pqxx.hpp"
#include "json/json.hpp"

namespace contego::queue {
namespace {

constexpr statement read_stats{
    "read_stats",
    "WITH known AS (SELECT jsonb_array_elements_text($1::jsonb) AS provider),"
    " counted AS ("
    "     SELECT provider, progress, count(*) AS requests,"
    "            min(scheduled_date) FILTER (WHERE isfinite(scheduled_date)) AS earliest"
    "     FROM contego.request_open"
    "     GROUP BY provider, progress),"
    " named AS ("
    "     SELECT provider FROM known"
    "     UNION ALL"
    "     (SELECT provider FROM counted WHERE provider NOT IN (SELECT k.provider FROM known AS k)"
    "      GROUP BY provider ORDER BY sum(requests) DESC, provider LIMIT $2))"
    " SELECT coalesce(n.provider, $3), c.progress, sum(c.requests)::bigint,"
    "        greatest(0, extract(epoch FROM now() - min(c.earliest)))::double precision"
    " FROM counted AS c"
    " LEFT JOIN named AS n ON n.provider = c.provider"
    " GROUP BY 1, 2"
    " ORDER BY 1, 2"};

constexpr statement read_run_stats{
    "read_run_stats",
    "SELECT r.running, r.paused, r.paused_itself, r.waiting, r.failed, d.provider, d.kind, d.differences"
    " FROM contego.run_stats AS r LEFT JOIN contego.open_drift() AS d ON true"};

} // namespace

queue_stats::queue_stats(database_options options, const std::vector<std::string>& known, int others)
    : connection_(std::move(options)),
      known_(json::write(value::list(known.begin(), known.end()))),
      others_(others) {}

std::vector<provider_stats> queue_stats::read() {
    std::vector<provider_stats> all;
    for (const auto& row : connection_->call(read_stats, known_, others_, std::string(unknown_provider)))
        all.push_back({row[0].c_str(), row[1].c_str(), row[2].as<std::int64_t>(), row[3].as<double>()});
    return all;
}

run_stats queue_stats::read_runs() {
    const auto rows = connection_->call(read_run_stats);
    const auto& first = rows[0];
    run_stats figures{first[0].as<std::int64_t>(),
                      first[1].as<std::int64_t>(),
                      first[2].as<std::int64_t>(),
                      first[3].as<std::int64_t>(),
                      first[4].as<std::int64_t>(),
                      {}};
    for (const auto& row : rows)
        if (!row[5].is_null())
            figures.drift.push_back({row[5].c_str(), row[6].c_str(), row[7].as<std::int64_t>()});
    return figures;
}

} // namespace contego::queue
