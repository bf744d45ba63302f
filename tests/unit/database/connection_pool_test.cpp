#include "database/connection_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <thread>
#include <vector>

namespace contego::queue {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

// A connection is opened by its first call, so these tests need no database.

void wait_for_callers(const connection_pool& pool, std::size_t count) {
    while (pool.waiting() < count)
        std::this_thread::yield();
}

/// A call that lasts until the returned object is destroyed.
std::unique_ptr<connection_pool::borrowed> held(connection_pool& pool) {
    return std::unique_ptr<connection_pool::borrowed>(new connection_pool::borrowed(pool.borrow()));
}

const session* session_of_a_call(connection_pool& pool) {
    return pool.borrow().operator->();
}

TEST(connection_pool, lends_again_a_connection_that_was_given_back) {
    connection_pool pool({}, 2, hours(1));
    const auto* first = session_of_a_call(pool);

    EXPECT_EQ(session_of_a_call(pool), first);
}

TEST(connection_pool, lends_different_connections_to_two_callers) {
    connection_pool pool({}, 2, hours(1));
    const auto one = pool.borrow();
    const auto two = pool.borrow();

    EXPECT_NE(one.operator->(), two.operator->());
}

TEST(connection_pool, makes_a_caller_wait_while_quick_calls_use_all_connections) {
    connection_pool pool({}, 2, hours(1));
    auto one = held(pool);
    const auto two = pool.borrow();
    const auto* freed = one->operator->();
    auto third = std::async(std::launch::async, [&] { return session_of_a_call(pool); });
    wait_for_callers(pool, 1);

    one.reset();

    EXPECT_EQ(third.get(), freed);
}

TEST(connection_pool, opens_another_connection_in_place_of_one_with_a_slow_call) {
    connection_pool pool({}, 1, milliseconds(1));
    const auto slow = pool.borrow();
    const auto also_slow = pool.borrow();

    EXPECT_NE(session_of_a_call(pool), slow.operator->());
    EXPECT_NE(session_of_a_call(pool), also_slow.operator->());
}

TEST(connection_pool, serves_callers_in_the_order_in_which_they_came) {
    connection_pool pool({}, 1, hours(1));
    auto one = held(pool);
    std::atomic<std::size_t> served = 0;
    std::vector<std::future<std::size_t>> turns;
    for (std::size_t n = 0; n < 5; ++n) {
        turns.push_back(std::async(std::launch::async, [&] {
            const auto mine = pool.borrow();
            return served++;
        }));
        wait_for_callers(pool, n + 1);
    }

    one.reset();

    for (std::size_t n = 0; n < 5; ++n)
        EXPECT_EQ(turns[n].get(), n);
}

} // namespace
} // namespace contego::queue
