#include "queue/figures.hpp"

namespace contego::queue {
namespace {

constexpr statement read_figures{
    "read_figures",
    "SELECT provider, progress, count(*),"
    "       greatest(0, extract(epoch FROM now() - min(scheduled_date)))::double precision"
    " FROM contego.request_open"
    " GROUP BY provider, progress"
    " ORDER BY provider, progress"};

} // namespace

figures::figures(database_options options) : connection_(std::move(options)) {}

std::vector<provider_figures> figures::read() {
    std::vector<provider_figures> all;
    for (const auto& row : connection_.call(read_figures))
        all.push_back({row[0].c_str(), row[1].c_str(), row[2].as<std::int64_t>(), row[3].as<double>()});
    return all;
}

} // namespace contego::queue
