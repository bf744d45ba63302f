#include "telemetry/descriptors.hpp"

#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

TEST(descriptors, are_left_to_the_lines) {
    configuration c;
    c.providers["default"].line.in_flight = 500;

    const auto needed = descriptors_needed(c);

    EXPECT_GT(needed, 500U);
    EXPECT_EQ(admin_connections(needed + 100, needed), 32U);
    EXPECT_EQ(admin_connections(needed + 5, needed), 5U);
    EXPECT_EQ(admin_connections(needed - 5, needed), 1U) << "somebody must be able to see that";
}

} // namespace
} // namespace contego::daemon
