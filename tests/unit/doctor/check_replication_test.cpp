#include "doctor/check_replication.hpp"
#include "findings.hpp"

#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

using enum severity;

constexpr std::int64_t mb = 1'048'576;

asked_host primary(const std::string& name, const std::string& started = "monday") {
    return {name, queue::host_stats{"7001", started, false}, {}};
}

asked_host standby(const std::string& name) {
    return {name, queue::host_stats{"7001", "tuesday", true}, {}};
}

TEST(doctor_hosts, are_good_if_one_of_a_cluster_accepts_writes) {
    EXPECT_THAT(check_hosts({}, false), only(ok, "one host"));
    EXPECT_THAT(check_hosts({primary("a"), standby("b"), standby("c")}, false),
                only(ok, "accepting writes: a; standbys: b, c"));
}

TEST(doctor_hosts, that_lead_to_the_same_server_are_one_primary) {
    EXPECT_THAT(check_hosts({primary("proxy-1"), primary("proxy-2")}, false), only(ok, "proxy-1, proxy-2"));
}

TEST(doctor_hosts, of_which_two_servers_accept_writes_are_split) {
    EXPECT_THAT(check_hosts({primary("a"), standby("b"), primary("c", "wednesday")}, false),
                only(error, "the hosts a, c all accept writes", "watchdog"));
}

TEST(doctor_hosts, of_different_clusters_are_an_error_that_names_them) {
    auto other = primary("b");
    other.said->cluster = "7002";
    EXPECT_THAT(check_hosts({primary("a"), other}, false),
                only(error, "a (system identifier 7001); b (system identifier 7002)", "one cluster"));
}

TEST(doctor_hosts, that_cannot_be_asked_are_a_warning_with_the_reason) {
    EXPECT_THAT(check_hosts({primary("a"), {"b", std::nullopt, "no route"}}, false),
                only(warning, "the host b cannot be asked: no route", "remove it"));
}

TEST(doctor_hosts, need_a_connection_that_ends_at_a_primary) {
    EXPECT_THAT(check_hosts({primary("a"), standby("b")}, true),
                only(warning, "standby", "target_session_attrs=read-write"));
}

TEST(doctor_replication, is_good_if_slots_keep_little) {
    EXPECT_THAT(check_replication({}, {{"s", false, false, 1024 * mb, 1024 * mb, std::nullopt}}),
                only(ok, "slots: 1"));
}

TEST(doctor_replication, names_each_table_that_a_publication_makes_read_only) {
    EXPECT_THAT(check_replication({{"request_open", "cannot update table"}}, {}),
                only(error, "contego.request_open cannot be changed", "publish = 'insert'"));
}

TEST(doctor_replication, tells_what_a_slot_keeps_and_whether_that_has_an_end) {
    const auto of = [](bool active, std::int64_t kept, std::optional<std::int64_t> limit) {
        return check_replication({}, {{"s", active, false, kept * mb, 100 * mb, limit}});
    };
    EXPECT_THAT(of(true, 101, std::nullopt), only(warning, "slot s keeps 101 MB", "max_slot_wal_keep_size"));
    EXPECT_THAT(of(false, 1'000, std::nullopt), only(warning, "not in use", "pg_drop_replication_slot('s')"));
    EXPECT_THAT(of(false, 1'001, std::nullopt), only(error, "a full disk stops the database"));
    EXPECT_THAT(of(true, 1'001, std::nullopt), only(warning, "keeps 1001 MB"));
    EXPECT_THAT(of(false, 1'001, 2'000 * mb), only(warning, "2000 MB at most"));
}

TEST(doctor_replication, tells_of_a_slot_that_has_lost_what_its_reader_needs) {
    EXPECT_THAT(check_replication({}, {{"s", false, true, 0, 100 * mb, 10 * mb}}),
                only(warning, "has lost WAL", "set the reader up again"));
}

} // namespace
} // namespace contego::daemon
