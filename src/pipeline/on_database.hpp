#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <type_traits>
#include <utility>

namespace contego::pipeline {

/// Runs a blocking call on the database's thread and comes back to the caller's with its result or its
/// exception. The one place where the line changes threads.
template <typename Work>
boost::asio::awaitable<std::invoke_result_t<Work>> on_database(boost::asio::thread_pool& database,
                                                               Work work) {
    using result = std::invoke_result_t<Work>;
    // A named variable that outlives the await: GCC 12 destroys temporaries of a co_spawn expression too
    // early.
    auto job = [&work]() -> boost::asio::awaitable<result> { co_return work(); };
    co_return co_await boost::asio::co_spawn(database, job, boost::asio::use_awaitable);
}

} // namespace contego::pipeline
