#include "queue/connection_string.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <map>
#include <string>

namespace contego::queue {
namespace {

using options = std::map<std::string, std::string>;

/// What libpq reads in a connection string.
options read(const std::string& text) {
    options all;
    auto* parsed = PQconninfoParse(text.c_str(), nullptr);
    EXPECT_NE(parsed, nullptr) << text;
    if (parsed == nullptr) return all;
    for (const auto* o = parsed; o->keyword != nullptr; ++o)
        if (o->val != nullptr) all.emplace(o->keyword, o->val);
    PQconninfoFree(parsed);
    return all;
}

options with_defaults_read(const std::string& text) {
    return read(with_defaults(text, "contegod"));
}

TEST(with_defaults, bounds_how_long_a_dead_server_goes_unnoticed) {
    const auto all = with_defaults_read("host=db dbname=crm");

    EXPECT_EQ(all,
              (options{{"host", "db"},
                       {"dbname", "crm"},
                       {"client_encoding", "UTF8"},
                       {"connect_timeout", "5"},
                       {"keepalives_idle", "10"},
                       {"keepalives_interval", "5"},
                       {"keepalives_count", "3"},
                       {"tcp_user_timeout", "20000"},
                       {"fallback_application_name", "contegod"}}));
}

TEST(with_defaults, keeps_what_the_string_says) {
    const auto all = with_defaults_read("connect_timeout=60 keepalives_idle=1 application_name=mine");

    EXPECT_EQ(all.at("connect_timeout"), "60");
    EXPECT_EQ(all.at("keepalives_idle"), "1");
    EXPECT_EQ(all.at("application_name"), "mine");
}

TEST(with_defaults, understands_a_uri_of_several_hosts) {
    const auto all = with_defaults_read(
        "postgresql://crm@one:5433,two:5434/crm?target_session_attrs=read-write&connect_timeout=2");

    EXPECT_EQ(all.at("host"), "one,two");
    EXPECT_EQ(all.at("port"), "5433,5434");
    EXPECT_EQ(all.at("user"), "crm");
    EXPECT_EQ(all.at("dbname"), "crm");
    EXPECT_EQ(all.at("target_session_attrs"), "read-write");
    EXPECT_EQ(all.at("connect_timeout"), "2");
    EXPECT_EQ(all.at("tcp_user_timeout"), "20000");
}

TEST(with_defaults, keeps_quotes_backslashes_and_blanks) {
    const auto all = read(with_defaults(R"(password='it\'s a \\ secret')", "it's 'me'"));

    EXPECT_EQ(all.at("password"), R"(it's a \ secret)");
    EXPECT_EQ(all.at("fallback_application_name"), "it's 'me'");
}

TEST(with_defaults, leaves_to_libpq_what_it_cannot_read) {
    EXPECT_EQ(with_defaults("host='unfinished", "contegod"), "host='unfinished");
}

} // namespace
} // namespace contego::queue
