#pragma once

#include "pipeline/execution.hpp"
#include "pipeline/line_options.hpp"
#include <contego/binding.hpp>
#include <contego/request_source.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <deque>
#include <random>

namespace contego::pipeline {

/// Claims requests and plans them on the thread that claims, since a large plan takes a while.
///
/// All references must outlive it.
class planned_claims {
public:
    /// What one claim brought, planned.
    struct result {
        claim_batch batch; ///< without its requests
        std::deque<execution> planned;
    };

    planned_claims(boost::asio::thread_pool& claiming,
                   const line_options& options,
                   const binding& wire,
                   request_source& source)
        : claiming_(claiming), options_(options), wire_(wire), source_(source) {}

    /// Up to `limit` requests with at most `bytes` of parameters, as request_source::claim says. Throws as
    /// that does. One call at a time.
    boost::asio::awaitable<result> claim(std::size_t limit, std::size_t bytes);

private:
    [[nodiscard]] result claim_and_plan(std::size_t limit, std::size_t bytes);

    boost::asio::thread_pool& claiming_;
    const line_options& options_;
    const binding& wire_;
    request_source& source_;
    std::mt19937_64 random_{std::random_device{}()}; ///< for the thread that claims
};

} // namespace contego::pipeline
