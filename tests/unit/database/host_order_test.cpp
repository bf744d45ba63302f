#include "database/host_order.hpp"

#include <gtest/gtest.h>

namespace contego::queue {
namespace {

const std::string three = "host='a,b,c'";

TEST(host_order, leaves_the_hosts_as_they_are_before_any_has_answered) {
    EXPECT_EQ(host_order().arranged(three), three);
}

TEST(host_order, puts_the_host_first_that_answered_last) {
    host_order hosts;
    hosts.answered("c", "5432");
    hosts.answered("b", "5432");
    EXPECT_EQ(hosts.arranged(three), "host='b,a,c'");

    hosts.answered("c", "5432");
    EXPECT_EQ(hosts.arranged(three), "host='c,a,b'");
}

TEST(host_order, does_not_use_a_host_of_another_connection_string) {
    host_order hosts;
    hosts.answered("b", "5432");
    hosts.answered("pooler", "6432");

    EXPECT_EQ(hosts.arranged(three), "host='b,a,c'");
    EXPECT_EQ(hosts.arranged("host=d,e"), "host=d,e");
}

TEST(host_order, forgets_a_host) {
    host_order hosts;
    hosts.answered("b", "5432");

    hosts.forget("b", "5433");
    EXPECT_EQ(hosts.arranged(three), "host='b,a,c'");

    hosts.forget("b", "5432");
    EXPECT_EQ(hosts.arranged(three), three);
}

} // namespace
} // namespace contego::queue
