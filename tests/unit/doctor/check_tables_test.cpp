#include "doctor/check_database.hpp"
#include "findings.hpp"

#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

using enum severity;

queue::table_stats table(const std::string& name, std::int64_t live, std::int64_t dead) {
    return {name, live, dead, 5'000, true, 60, true};
}

TEST(doctor_autovacuum, is_good_where_it_is_on_for_every_table) {
    EXPECT_THAT(check_autovacuum({true, true, {table("lane", 0, 0)}}), only(ok, "every table"));
}

TEST(doctor_autovacuum, that_is_off_anywhere_is_an_error) {
    auto without = table("lane", 0, 0);
    without.autovacuum = false;

    EXPECT_THAT(check_autovacuum({false, true, {}}), only(error, "autovacuum is off", "autovacuum = on"));
    EXPECT_THAT(check_autovacuum({true, false, {}}), only(error, "track_counts is off", "track_counts = on"));
    EXPECT_THAT(check_autovacuum({true, true, {without}}),
                only(error, "contego.lane", "ALTER TABLE contego.lane RESET (autovacuum_enabled)"));
}

TEST(doctor_dead_rows, are_told_against_the_live_ones) {
    EXPECT_THAT(check_dead_rows({true, true, {table("lane", 7, 10'000)}}),
                only(ok, "contego.lane has 10000 dead rows beside 7 live ones"));
}

TEST(doctor_dead_rows, beyond_twice_what_brings_autovacuum_are_a_finding_with_its_last_visit) {
    auto never = table("request_open", 7, 10'001);
    never.dead = 250'001;
    never.vacuumed.reset();
    auto long_ago = table("lane", 7, 10'001);
    long_ago.vacuumed = 301;

    EXPECT_THAT(
        check_dead_rows({true, true, {long_ago}}),
        only(warning, "should have run at 5000 dead rows and last ran 5 min ago", "VACUUM contego.lane"));
    EXPECT_THAT(check_dead_rows({true, true, {never}}), only(warning, "has never run"));
}

TEST(doctor_dead_rows, that_a_big_run_leaves_between_two_visits_of_autovacuum_are_no_finding) {
    auto first_minutes = table("request_open", 7, 250'000);
    first_minutes.vacuumed.reset();

    EXPECT_THAT(check_dead_rows({true, true, {table("lane", 7, 1'000'000)}}), only(ok, "1000000 dead rows"));
    EXPECT_THAT(check_dead_rows({true, true, {first_minutes}}), only(ok, "250000 dead rows"));
}

TEST(doctor_dead_rows, of_tables_that_only_grow_are_not_looked_at) {
    EXPECT_THAT(check_dead_rows({true, true, {table("request_finished", 7, 1'000'000)}}),
                only(ok, "no table"));
}

TEST(doctor_statistics, never_gathered_of_a_table_with_rows_are_a_finding) {
    auto unknown = table("subject", 1'000, 0);
    unknown.analyzed = false;
    auto small = table("share", 999, 0);
    small.analyzed = false;

    EXPECT_THAT(check_statistics({true, true, {unknown}}),
                only(warning, "contego.subject has 1000 rows", "ANALYZE contego.subject"));
    EXPECT_THAT(check_statistics({true, true, {small, table("lane", 5'000, 0)}}), only(ok, "every table"));
}

} // namespace
} // namespace contego::daemon
