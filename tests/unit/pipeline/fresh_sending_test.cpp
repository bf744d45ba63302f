#include "pipeline/fresh_sending.hpp"

#include <gtest/gtest.h>

#include <set>

namespace contego::pipeline {
namespace {

TEST(fresh_sending, names_the_request_the_command_and_the_time) {
    const auto before = std::chrono::system_clock::now();

    const auto s = fresh_sending(42, send_step{.sequence = 3, .what = nullptr, .outside_plan = true});

    EXPECT_EQ(s.request_id, 42);
    EXPECT_EQ(s.sequence, 3);
    EXPECT_TRUE(s.outside_plan);
    EXPECT_GE(s.now, before);
    EXPECT_LE(s.now, std::chrono::system_clock::now());
}

TEST(fresh_sending, draws_new_random_bytes_for_each_sending) {
    std::set<decltype(sending::random)> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto s = fresh_sending(42, send_step{.sequence = 1, .what = nullptr});
        seen.insert(s.random);
        seen.insert(s.nonce);
    }

    EXPECT_EQ(seen.size(), 2000U) << "no byte is given twice";
}

} // namespace
} // namespace contego::pipeline
