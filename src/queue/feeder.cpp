#include "queue/feeder.hpp"

#include "database/pqxx.hpp"
#include "json/json.hpp"

#include <utility>

namespace contego::queue {
namespace {

constexpr statement feed_runs{"feed_runs",
                              "SELECT contego.feed_runs(ARRAY(SELECT jsonb_array_elements_text($1::jsonb)))"};
/// As many as contego.keep_ledger reads in one call.
constexpr int entries_at_once = 1000;

constexpr statement keep_the_ledger{"keep_ledger", "SELECT contego.keep_ledger()"};

} // namespace

feeder::feeder(database_options options) : connection_(std::move(options)) {}

std::optional<std::chrono::milliseconds> feeder::feed(const std::vector<std::string>& providers) {
    const auto names = json::write(value::list(providers.begin(), providers.end()));
    const auto rows = connection_->call_in_transaction(feed_runs, names);
    if (rows[0][0].is_null()) return std::nullopt;
    return std::chrono::milliseconds(rows[0][0].as<int>());
}

bool feeder::keep_ledger() {
    return connection_->call_in_transaction(keep_the_ledger)[0][0].as<int>() >= entries_at_once;
}

} // namespace contego::queue
