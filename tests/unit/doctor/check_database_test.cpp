#include "doctor/check_database.hpp"
#include "findings.hpp"

#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

using enum severity;

queue::server_stats good_server() {
    return {"15.8", 150'008, false, false, "contegod", "crm"};
}

TEST(doctor_server, that_can_be_written_to_is_good_and_named) {
    EXPECT_THAT(check_server(good_server()), only(ok, "PostgreSQL 15.8, database crm, login contegod"));
}

TEST(doctor_server, that_is_too_old_a_standby_or_read_only_is_an_error) {
    auto old = good_server();
    old.version_number = 140'012;
    auto standby = good_server();
    standby.in_recovery = true;
    auto reader = good_server();
    reader.read_only = true;

    EXPECT_THAT(check_server(old), only(error, "too old", "PostgreSQL 15"));
    EXPECT_THAT(check_server(standby), only(error, "standby", "target_session_attrs"));
    EXPECT_THAT(check_server(reader), only(error, "read-only", "default_transaction_read_only"));
}

TEST(doctor_clock, is_judged_by_how_far_it_is_surely_off_in_either_direction) {
    EXPECT_THAT(check_clock({0.9, 0}), only(ok, "0.900 s ahead of"));
    EXPECT_THAT(check_clock({1.1, 0}), only(warning, "ahead of", "time server"));
    EXPECT_THAT(check_clock({-1.1, 0}), only(warning, "1.100 s behind", "time server"));
    EXPECT_THAT(check_clock({-5.1, 0}), only(error, "behind", "time server"));
}

TEST(doctor_clock, that_was_asked_over_a_slow_network_is_given_the_benefit_of_the_doubt) {
    EXPECT_THAT(check_clock({5.5, 0.6}), only(warning, "give or take 0.600 s"));
    EXPECT_THAT(check_clock({1.5, 0.6}), only(ok, "give or take 0.600 s"));
}

TEST(doctor_durability, names_each_setting_that_costs_it_and_what_that_means) {
    EXPECT_THAT(check_durability({"on", "on", "on"}), only(ok, "fsync"));
    EXPECT_THAT(check_durability({"on", "on", "remote_apply"}), only(ok, "remote_apply"));
    EXPECT_THAT(check_durability({"off", "off", "off"}),
                ::testing::ElementsAre(is(warning, "destroy the whole database", "fsync = on"),
                                       is(warning, "half a page", "full_page_writes = on"),
                                       is(warning, "undo outcomes", "synchronous_commit")));
}

TEST(doctor_connections, must_be_left_for_a_daemon) {
    EXPECT_THAT(check_connections({{"the server", 97, 91}}, 6), only(ok, "6 of 97"));
    EXPECT_THAT(check_connections({{"the server", 97, 92}}, 6), only(warning, "5 of 97", "raise the limit"));
    EXPECT_THAT(check_connections({{"the server", 97, 97}}, 6), only(error, "0 of 97", "raise the limit"));
    EXPECT_THAT(check_connections({{"the server", 97, 99}}, 6), only(error, "0 of 97"));
}

TEST(doctor_connections, are_limited_by_server_database_and_login) {
    EXPECT_THAT(
        check_connections({{"the server", 97, 1}, {"the login", 3, 1}}, 6),
        ::testing::ElementsAre(is(ok, "of the server"), is(warning, "2 of 3 connections of the login")));
}

TEST(doctor_notifications, are_good_while_half_of_the_queue_is_free) {
    EXPECT_THAT(check_notifications({0.5, "4711", "ann", 1'000}), only(ok, "50 % of"));
}

TEST(doctor_notifications, that_fill_the_queue_are_told_with_the_session_that_does_not_read_them) {
    EXPECT_THAT(check_notifications({0.51, "4711", "ann, psql", 600}),
                only(warning,
                     "the oldest transaction is that of session 4711 (ann, psql), open for 10 min",
                     "pg_terminate_backend(4711)"));
    EXPECT_THAT(check_notifications({1, "", "", std::nullopt}),
                only(warning, "100 % of", "pg_read_all_stats"));
}

TEST(doctor_locks, that_a_prepared_transaction_holds_have_another_way_out) {
    EXPECT_THAT(
        check_locks({{"x1", "ann", "prepared", 2, "the lock claim of provider default"}}),
        only(warning, "prepared transaction x1 (ann) has held the lock claim", "ROLLBACK PREPARED 'x1'"));
    EXPECT_THAT(check_locks({{"4711", "ann, psql", "active", 11, "the lock share of provider default"}}),
                only(error, "session 4711 (ann, psql, active)", "pg_terminate_backend(4711)"));
}

queue::horizon_holder session(std::optional<double> age, std::int64_t transactions = 0) {
    return {"session", "4711", "ann, psql", "idle in transaction", age, transactions};
}

TEST(doctor_transactions, that_are_young_are_good) {
    EXPECT_THAT(check_horizon({}, 300), only(ok, "5 min"));
    EXPECT_THAT(check_horizon({session(299)}, 300), only(ok, "5 min"));
}

TEST(doctor_transactions, that_are_old_are_named_with_who_and_since_when) {
    EXPECT_THAT(check_horizon({session(301)}, 300),
                only(warning, "session 4711 (ann, psql, idle in transaction)", "pg_terminate_backend(4711)"));
    EXPECT_THAT(check_horizon({session(3'601)}, 300), only(error, "for 60 min"));
}

TEST(doctor_transactions, whose_age_may_not_be_seen_are_judged_by_what_began_since) {
    EXPECT_THAT(check_horizon({session(std::nullopt, 1'000)}, 300), only(ok, "no transaction"));
    EXPECT_THAT(check_horizon({session(std::nullopt, 2'000'000)}, 300),
                only(warning, "2000000 transactions"));
}

TEST(doctor_transactions, that_are_prepared_of_a_standby_or_a_slot_have_another_way_out) {
    EXPECT_THAT(check_horizon({{"standby", "99", "replica", "active", std::nullopt, 2'000'000}}, 300),
                only(warning, "standby 99 (replica, active)", "hot_standby_feedback"));
    EXPECT_THAT(check_horizon({{"prepared transaction", "x1", "ann", "prepared", 400, 1}}, 300),
                only(warning, "prepared transaction x1", "ROLLBACK PREPARED 'x1'"));
    EXPECT_THAT(check_horizon({{"replication slot", "s1", "", "not active", std::nullopt, 2'000'000}}, 300),
                only(warning, "replication slot s1 (not active)", "pg_drop_replication_slot('s1')"));
}

} // namespace
} // namespace contego::daemon
