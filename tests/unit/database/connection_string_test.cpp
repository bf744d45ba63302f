#include "database/connection_string.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <map>
#include <string>

namespace contego::queue {
namespace {

using options = std::map<std::string, std::string>;

/// The options that libpq reads in a connection string.
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
                       {"keepalives_idle", "3"},
                       {"keepalives_interval", "1"},
                       {"keepalives_count", "3"},
                       {"tcp_user_timeout", "5000"},
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
    EXPECT_EQ(all.at("tcp_user_timeout"), "5000");
}

TEST(with_defaults, tries_each_of_several_hosts_for_a_short_time) {
    EXPECT_EQ(with_defaults_read("host=one,two").at("connect_timeout"), "2");
    EXPECT_EQ(with_defaults_read("hostaddr=10.0.0.1,10.0.0.2").at("connect_timeout"), "2");
    EXPECT_EQ(with_defaults_read("postgresql://one,two/crm").at("connect_timeout"), "2");
    EXPECT_EQ(with_defaults_read("host=one,two connect_timeout=9").at("connect_timeout"), "9");
    EXPECT_EQ(with_defaults_read("host=one port=1").at("connect_timeout"), "5");
    EXPECT_EQ(with_defaults_read("dbname=crm").at("connect_timeout"), "5");
}

struct arrangement {
    const char* before;
    const char* host;
    const char* port;
    const char* after; ///< empty: nothing is returned
};

std::ostream& operator<<(std::ostream& out, const arrangement& a) {
    return out << a.before << ": " << a.host << ' ' << a.port;
}

class with_host_first_table : public ::testing::TestWithParam<arrangement> {};

TEST_P(with_host_first_table, moves_the_host_and_keeps_the_rest) {
    const auto& row = GetParam();

    const auto arranged = with_host_first(row.before, row.host, row.port);

    EXPECT_EQ(read(arranged.value_or("")), read(row.after));
}

INSTANTIATE_TEST_SUITE_P(
    rows,
    with_host_first_table,
    ::testing::Values(
        arrangement{"host=a,b,c", "c", "5432", "host=c,a,b"},
        arrangement{"host=a,b,c", "a", "5432", "host=a,b,c"},
        arrangement{"host=a,b,c port=1,2,3", "b", "2", "host=b,a,c port=2,1,3"},
        arrangement{"host=a,b port=6432", "b", "6432", "host=b,a port=6432"},
        arrangement{"host=a,a port=1,2", "a", "2", "host=a,a port=2,1"},
        arrangement{"host=a,b port=1,", "b", "5432", "host=b,a port=,1"},
        arrangement{"host=a,b port=1,", "b", "", "host=b,a port=,1"},
        arrangement{"host=/run/a,/run/b", "/run/b", "5433", "host=/run/b,/run/a"},
        arrangement{"hostaddr=10.0.0.1,::1", "::1", "5432", "hostaddr=::1,10.0.0.1"},
        arrangement{"host=a,b hostaddr=10.0.0.1,10.0.0.2 port=1,2",
                    "b",
                    "2",
                    "host=b,a hostaddr=10.0.0.2,10.0.0.1 port=2,1"},
        arrangement{
            "host=a, hostaddr=10.0.0.1,10.0.0.2", "10.0.0.2", "5432", "host=',a' hostaddr=10.0.0.2,10.0.0.1"},
        arrangement{R"(host=a,b user=crm password='it\'s a \\ secret' target_session_attrs=read-write)",
                    "b",
                    "5432",
                    R"(host=b,a user=crm password='it\'s a \\ secret' target_session_attrs=read-write)"},
        arrangement{"postgresql://crm:Hush%40@a:1,[::1]:2/crm?connect_timeout=3",
                    "::1",
                    "2",
                    "host=::1,a port=2,1 user=crm password=Hush@ dbname=crm connect_timeout=3"},
        arrangement{"host=a,b port=1,2", "b", "1", ""},
        arrangement{"host=a,b", "c", "5432", ""},
        arrangement{"host=a,b hostaddr=10.0.0.1,10.0.0.2", "10.0.0.2", "5432", ""},
        arrangement{"host=a", "a", "5432", ""},
        arrangement{"dbname=crm", "a", "5432", ""},
        arrangement{"host=a,b,c port=1,2", "b", "2", ""},
        arrangement{"host=a,b hostaddr=10.0.0.1", "b", "5432", ""},
        arrangement{"host='a,b", "b", "5432", ""}));

TEST(with_defaults, keeps_quotes_backslashes_and_blanks) {
    const auto all = read(with_defaults(R"(password='it\'s a \\ secret')", "it's 'me'"));

    EXPECT_EQ(all.at("password"), R"(it's a \ secret)");
    EXPECT_EQ(all.at("fallback_application_name"), "it's 'me'");
}

TEST(with_defaults, leaves_to_libpq_what_it_cannot_read) {
    EXPECT_EQ(with_defaults("host='unfinished", "contegod"), "host='unfinished");
}

/// Returns the error of libpq for that connection string, as a log shows it. No server answers at these
/// addresses.
std::string said_of(const std::string& text) {
    const auto open =
        with_defaults(text + (text.find("://") == std::string::npos ? " connect_timeout=2" : ""), "contegod");
    auto* connection = PQconnectdb(open.c_str());
    EXPECT_NE(PQstatus(connection), CONNECTION_OK);
    auto said = without_secrets(PQerrorMessage(connection), open);
    PQfinish(connection);
    return said;
}

TEST(without_secrets, hides_what_may_be_a_password_in_what_libpq_says) {
    for (const auto* text : {"Hush-4711",
                             "host=127.0.0.1 password=my Hush-4711",
                             "host=127.0.0.1 password='Hush-4711",
                             "host=127.0.0.1 Hush-4711=x",
                             "host=127.0.0.1 port=Hush-4711",
                             "host=127.0.0.1 port=9,Hush-4711",
                             "host=127.0.0.1 connect_timeout=Hush-4711",
                             "host=127.0.0.1 sslmode=Hush-4711",
                             "host=127.0.0.1 sslmode=a\"Hush-4711\"b",
                             "host=127.0.0.1 target_session_attrs=Hush-4711",
                             "host=127.0.0.1;port=1;password=Hush-4711",
                             "postgresql://u:p%Hush-4711@127.0.0.1/crm",
                             "postgresql://u:p/Hush-4711@127.0.0.1/crm",
                             "postgresql://u:p@Hush-4711@127.0.0.1/crm",
                             "postgresql://u:Hush-4711/p@127.0.0.1/crm",
                             "postgresql://127.0.0.1/crm?Hush-4711",
                             "postgresql://127.0.0.1/crm?sslmode=Hush-4711",
                             "postgresql://u:Hush-4711@[::1/crm",
                             "jdbc:postgresql://u:Hush-4711@127.0.0.1/crm"}) {
        const auto said = said_of(text);
        EXPECT_NE(said, "");
        EXPECT_EQ(said.find("Hush"), std::string::npos) << said << "said of " << text;
        EXPECT_EQ(said.find("4711"), std::string::npos) << said << "said of " << text;
    }
}

TEST(without_secrets, shows_where_it_was_and_as_whom) {
    const std::string connection = "host=db.example,/run/postgresql user=contegod dbname=crm password=Hush";
    const std::string said =
        "connection to server at \"db.example\" (10.0.0.1), port 5432 failed: FATAL:  password "
        "authentication failed for user \"contegod\"\n"
        "no pg_hba.conf entry for host \"10.0.0.2\", user \"contegod\", database \"crm\"";

    EXPECT_EQ(without_secrets(said, connection), said);
    EXPECT_EQ(without_secrets("connection to server on socket \"/run/postgresql/.s.PGSQL.5432\" failed",
                              "host=/run/postgresql"),
              "connection to server on socket \"/run/postgresql/.s.PGSQL.5432\" failed");
    EXPECT_EQ(without_secrets("invalid integer value \"x1\" for connection option \"port\"", connection),
              "invalid integer value \"...\" for connection option \"port\"");
}

TEST(mistake_in, is_none_of_what_libpq_reads_as_it_is_meant) {
    for (const auto* good :
         {"",
          "host=/run/postgresql dbname=crm",
          "host=@abstract dbname=crm",
          "host=db1,db2 target_session_attrs=read-write password='it\\'s @ / it'",
          "postgresql://",
          "postgresql://u:p%40%2F@db1:5432,db2/crm?sslmode=verify-full&application_name=a@b",
          "postgres://%2Frun%2Fpostgresql/crm"})
        EXPECT_EQ(mistake_in(good), std::nullopt) << good;
}

TEST(each_host, leads_to_one_host_each_whatever_it_accepts) {
    const auto each = each_host("host=db1,db2 port=5432,5433 dbname=crm target_session_attrs=read-write");

    ASSERT_EQ(each.size(), 2U);
    EXPECT_EQ(each[0].name, "db1");
    EXPECT_EQ(each[0].connection_string, "dbname='crm' host='db1' port='5432'");
    EXPECT_EQ(each[1].name, "db2:5433");
    EXPECT_EQ(each[1].connection_string, "dbname='crm' host='db2' port='5433'");
}

TEST(each_host, keeps_the_address_of_a_name_and_a_port_for_all) {
    const auto each = each_host("host=db1, hostaddr=10.0.0.1,10.0.0.2 port=6432");

    ASSERT_EQ(each.size(), 2U);
    EXPECT_EQ(each[0].name, "db1:6432");
    EXPECT_EQ(each[1].name, "10.0.0.2:6432");
    EXPECT_EQ(each[1].connection_string, "host='' hostaddr='10.0.0.2' port='6432'");
}

TEST(each_host, is_none_if_there_are_not_several_or_libpq_reads_none) {
    for (const auto* text : {"", "host=db1", "host=db1,db2 port=1,2,3", "host="})
        EXPECT_TRUE(each_host(text).empty()) << text;
}

TEST(may_reach_a_standby, tells_of_several_hosts_without_the_wish_to_write) {
    EXPECT_TRUE(may_reach_a_standby("host=db1,db2"));
    EXPECT_TRUE(may_reach_a_standby("host=db1,db2 target_session_attrs=prefer-standby"));
    EXPECT_FALSE(may_reach_a_standby("host=db1,db2 target_session_attrs=read-write"));
    EXPECT_FALSE(may_reach_a_standby("host=db1,db2 target_session_attrs=primary"));
    EXPECT_FALSE(may_reach_a_standby("host=db1"));
}

} // namespace
} // namespace contego::queue
