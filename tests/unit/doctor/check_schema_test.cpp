#include "doctor/check_schema.hpp"
#include "findings.hpp"

#include <gtest/gtest.h>

namespace contego::daemon {
namespace {

using enum severity;
using ::testing::ElementsAre;

schema_state up_to_date() {
    return {11, 11, std::nullopt, {}, 500};
}

TEST(doctor_schema, as_the_migrations_make_it_is_good) {
    EXPECT_THAT(check_schema(up_to_date()), only(ok, "version 11, this program knows 11; 500 objects"));
}

TEST(doctor_schema, on_which_the_daemon_does_not_start_is_an_error) {
    EXPECT_THAT(check_schema({10, 11, "the schema is at version 10\nHINT: run contegod migrate", {}, 0}),
                only(error, "version 10", "contegod migrate"));
    EXPECT_THAT(check_schema({12, 11, "the schema is at version 12\nHINT: install it", {}, 0}),
                only(error, "version 12", "install it"));
}

TEST(doctor_schema, of_another_text_is_an_error_and_compared) {
    auto s = up_to_date();
    s.mismatch = "functions are missing: claim\nHINT: run contegod migrate";
    s.drift.missing = {{"function", "claim(a bigint)", "0123"}};

    EXPECT_THAT(
        check_schema(s),
        ElementsAre(is(error, "functions are missing: claim", "run contegod migrate"),
                    is(error, "the function contego.claim(a bigint) is missing", "run contegod migrate")));
}

TEST(doctor_schema, newer_than_the_program_is_not_compared_and_said_so) {
    EXPECT_THAT(check_schema({12, 11, std::nullopt, {}, 0}),
                ElementsAre(is(ok, "version 12"), is(warning, "not compared", "newer version")));
}

TEST(doctor_schema, names_what_is_missing_and_how_to_make_it) {
    auto s = up_to_date();
    s.drift.missing = {{"index", "lane.lane_pkey", "CREATE UNIQUE INDEX lane_pkey"}, {"table", "lane", ""}};

    EXPECT_THAT(
        check_schema(s),
        ElementsAre(
            is(error, "the index lane_pkey of contego.lane is missing", "CREATE UNIQUE INDEX lane_pkey"),
            is(error, "the table contego.lane is missing", "sql/migrations")));
}

TEST(doctor_schema, names_what_is_made_in_another_way_and_how_it_should_be) {
    auto s = up_to_date();
    s.drift.changed = {{"column", "lane.lane", "text not null"}, {"function", "claim(a bigint)", "0123"}};

    EXPECT_THAT(
        check_schema(s),
        ElementsAre(is(warning, "the column lane of contego.lane is not as", "\"text not null\""),
                    is(warning, "the function contego.claim(a bigint) is not as", "its file in sql")));
}

TEST(doctor_schema, in_ruins_fills_no_screen) {
    auto s = up_to_date();
    s.drift.missing.assign(100, {"function", "f()", ""});

    const auto all = check_schema(s);

    ASSERT_EQ(all.size(), 11U);
    EXPECT_THAT(all.back(), is(error, "90 more objects of the schema are missing", "run doctor again"));
}

TEST(doctor_indexes, that_are_invalid_are_an_error) {
    EXPECT_THAT(check_indexes({}), only(ok, "valid"));
    EXPECT_THAT(check_indexes({"lane_pkey"}), only(error, "contego.lane_pkey", "REINDEX INDEX CONCURRENTLY"));
}

TEST(doctor_rights, that_are_missing_are_named_with_their_grant) {
    const queue::right there{"USAGE", "SCHEMA contego", true, true};
    const queue::right missing{"EXECUTE", "FUNCTION contego.claim", true, false};
    const queue::right nothing{"SELECT", "contego.migration", false, false};

    EXPECT_THAT(check_rights("joe", {there}), only(ok, "the login joe"));
    EXPECT_THAT(check_rights("joe", {there, missing}),
                only(error, "joe lacks EXECUTE ON FUNCTION contego.claim", "GRANT contego_daemon TO joe"));
    EXPECT_THAT(check_rights("joe", {there, nothing}),
                only(warning, "not checked: there is no contego.migration"));
}

} // namespace
} // namespace contego::daemon
