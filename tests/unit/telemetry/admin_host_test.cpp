#include "telemetry/admin_host.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace contego::daemon {
namespace {

struct listener {
    const char* address;
    std::vector<std::string> host_names;
    std::vector<std::string> own;   ///< Host headers of requests that are meant for the listener
    std::vector<std::string> other; ///< Host headers of requests that are not
};

const std::vector<listener> listeners{
    {"127.0.0.1",
     {},
     {"127.0.0.1",
      "127.0.0.1:9464",
      "localhost",
      "LocalHost:80",
      "127.1.2.3",
      "[::1]:9464",
      "[::ffff:127.0.0.1]"},
     {"attacker.example",
      "attacker.example:9464",
      "localhost.attacker.example",
      "127.0.0.1.attacker.example",
      "localhost@attacker.example",
      "10.0.0.1",
      "0.0.0.0",
      "[::]",
      "127.1",
      "2130706433",
      "0x7f.0.0.1",
      "127.0.0.1:80:80",
      "127.0.0.1:x",
      "[::1",
      "::1",
      "[127.0.0.1]x",
      " localhost",
      "",
      ":9464"}},
    {"::1", {}, {"[::1]", "localhost", "127.0.0.1"}, {"attacker.example", "[::2]"}},
    {"10.1.2.3",
     {},
     {"10.1.2.3", "10.1.2.3:9464"},
     {"localhost", "127.0.0.1", "10.1.2.4", "attacker.example"}},
    {"0.0.0.0",
     {},
     {"localhost", "127.0.0.1", "10.1.2.3:9464", "[2001:db8::1]"},
     {"attacker.example", "0.0.0.0", "contegod"}},
    {"::", {}, {"localhost", "10.1.2.3", "[2001:db8::1]:9464"}, {"attacker.example", "[::]"}},
    {"0.0.0.0",
     {"contegod", "Cas-1.Example"},
     {"contegod:9464", "cas-1.example", "10.1.2.3"},
     {"xcontegod", "cas-1.example.attacker"}},
};

TEST(admin_host, is_the_address_the_names_given_and_where_it_is_local_localhost) {
    for (const auto& l : listeners) {
        admin_configuration where;
        where.address = l.address;
        where.host_names = l.host_names;
        for (const auto& host : l.own)
            EXPECT_TRUE(is_meant_for(host, where)) << host << " asked of " << l.address;
        for (const auto& host : l.other)
            EXPECT_FALSE(is_meant_for(host, where)) << host << " asked of " << l.address;
    }
}

} // namespace
} // namespace contego::daemon
