#include "queue/feed.hpp"

#include "database/pqxx.hpp"

#include <cstdint>
#include <utility>

namespace contego::queue {
namespace {

constexpr statement number{"number_finished", "SELECT contego.number_finished()"};

} // namespace

feed::feed(database_options options) : connection_(std::move(options)) {}

bool feed::number_finished() {
    return connection_->call(number)[0][0].as<std::int64_t>() > 0;
}

} // namespace contego::queue
