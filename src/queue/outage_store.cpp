#include "queue/outage_store.hpp"

#include "database/pqxx.hpp"
#include "json/json.hpp"

#include <utility>

namespace contego::queue {
namespace {

using std::chrono::steady_clock;

// An age of -1 means that the outage goes on.
constexpr statement write_outage{
    "write_outage",
    "SELECT contego.write_outage($1, $2, $3, $4, $5, $6, nullif($7::double precision, -1),"
    " ARRAY(SELECT jsonb_array_elements_text($8::jsonb)::bigint))"};

double milliseconds_since(steady_clock::time_point moment) {
    return std::chrono::duration<double, std::milli>(steady_clock::now() - moment).count();
}

} // namespace

outage_store::outage_store(database_options options, std::string daemon)
    : connection_(std::move(options)), daemon_(std::move(daemon)) {}

void outage_store::write(const outage& o) {
    connection_->call(write_outage,
                      o.id,
                      o.provider,
                      o.endpoint,
                      daemon_,
                      o.reason,
                      milliseconds_since(o.from),
                      o.to ? milliseconds_since(*o.to) : -1.0,
                      json::write(value::list(o.requests.begin(), o.requests.end())));
}

} // namespace contego::queue
