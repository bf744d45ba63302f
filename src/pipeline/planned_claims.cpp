#include "pipeline/planned_claims.hpp"

#include "pipeline/on_database.hpp"

#include <utility>

namespace contego::pipeline {

boost::asio::awaitable<planned_claims::result> planned_claims::claim(std::size_t limit, std::size_t bytes) {
    co_return co_await on_database(claiming_, [this, limit, bytes] { return claim_and_plan(limit, bytes); });
}

// Each request loses its parameters as soon as it is planned.
planned_claims::result planned_claims::claim_and_plan(std::size_t limit, std::size_t bytes) {
    result work{source_.claim(options_.provider, limit, bytes), {}};
    std::uniform_real_distribution<double> uniform;
    for (auto& r : work.batch.requests)
        work.planned.emplace_back(std::move(r), wire_, options_.retry, uniform(random_));
    work.batch.requests.clear();
    return work;
}

} // namespace contego::pipeline
