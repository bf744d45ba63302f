#include "database/sqlstate.hpp"

#include <gtest/gtest.h>

namespace contego::queue {
namespace {

TEST(sqlstate, of_an_answer_has_no_hint_that_doubts_the_connection) {
    EXPECT_EQ(hint_of(server_error("migrate", "cannot change return type", "42P13")), "");
    EXPECT_NE(hint_of(std::runtime_error("connection refused")).find("does PostgreSQL run"),
              std::string_view::npos);
}

TEST(sqlstate, of_a_right_on_the_database_has_a_hint_for_migrate) {
    const std::string said =
        server_error("migrate", "ERROR:  permission denied for database contego", "42501").what();
    EXPECT_NE(said.find("HINT: may the login of database.connection create a schema? Run GRANT CREATE ON "
                        "DATABASE"),
              std::string::npos)
        << said;
}

TEST(sqlstate, of_an_unknown_table_has_a_hint_for_the_one_who_wrote_its_name) {
    const auto said = [](const std::string& table) {
        return std::string(
            server_error("start_run", "ERROR:  relation \"" + table + "\" does not exist", "42P01").what());
    };
    EXPECT_NE(said("cards").find("HINT: name tables with their schema, such as crm.cards"),
              std::string::npos);
    EXPECT_NE(said("contego.run").find("HINT: was the schema changed?"), std::string::npos);
    EXPECT_EQ(said("crm.cards").find("HINT"), std::string::npos);
}

TEST(sqlstate, of_a_value_or_a_constraint_is_about_the_row) {
    for (const char* state : {"22P02", "22P05", "23514", "21000", "54000", "P0001", "XX000"})
        EXPECT_TRUE(is_about_the_row(state)) << state;
}

TEST(sqlstate, of_the_server_or_the_site_is_about_no_row) {
    for (const char* state : {"08006",
                              "25006",
                              "28P01",
                              "40001",
                              "40P01",
                              "42501",
                              "42883",
                              "42P01",
                              "53100",
                              "53300",
                              "55P03",
                              "57014",
                              "57P01",
                              "58030",
                              ""})
        EXPECT_FALSE(is_about_the_row(state)) << state;
}

TEST(sqlstate, of_a_server_that_ends_or_cannot_write_ends_the_connection) {
    for (const char* state : {"08006", "25006", "57P01", "57P02", "57P03", ""})
        EXPECT_TRUE(ends_the_connection(state)) << state;
    for (const char* state : {"22P02", "40001", "42501", "53100", "57014"})
        EXPECT_FALSE(ends_the_connection(state)) << state;
}

TEST(sqlstate, of_a_read_only_transaction_refuses_to_write) {
    EXPECT_TRUE(refuses_to_write("25006"));
    for (const char* state : {"25001", "57P03", "42501", ""})
        EXPECT_FALSE(refuses_to_write(state)) << state;
}

TEST(sqlstate, of_the_schema_says_why_a_claim_is_refused) {
    EXPECT_TRUE(lease_has_ended("CG002"));
    EXPECT_FALSE(lease_has_ended("CG003"));
    EXPECT_TRUE(claiming_is_stopped("CG003"));
    EXPECT_FALSE(claiming_is_stopped("CG002"));
}

TEST(server_error, is_one_sentence_with_state_and_hint) {
    const server_error e("record_outcomes", "ERROR:  permission denied for schema contego\n", "42501");

    EXPECT_STREQ(
        e.what(),
        "record_outcomes: permission denied for schema contego (SQLSTATE 42501)\n"
        "HINT: does the login of database.connection have the role contego_daemon, or, for a person, "
        "contego_operator?");
}

TEST(server_error, passes_on_the_hint_of_the_server_if_the_table_has_none) {
    const server_error e(
        "roles", "ERROR:  the role x is missing\nHINT:  make it\nCONTEXT:  PL/pgSQL\n", "0P000");

    EXPECT_STREQ(e.what(), "roles: the role x is missing (SQLSTATE 0P000)\nHINT: make it");
}

TEST(server_error, leaves_out_details_that_may_hold_values_of_a_row) {
    const server_error e("record_outcomes",
                         "ERROR:  new row violates check constraint\nDETAIL:  Failing row contains (1234).\n",
                         "23514");

    EXPECT_STREQ(e.what(), "record_outcomes: new row violates check constraint (SQLSTATE 23514)");
}

TEST(server_error, says_what_to_do_about_a_standby) {
    const server_error e(
        "claim_requests", "ERROR:  cannot execute UPDATE in a read-only transaction", "25006");

    EXPECT_NE(std::string(e.what()).find("target_session_attrs=read-write"), std::string::npos);
}

TEST(server_error, bears_an_empty_message) {
    EXPECT_STREQ(server_error("leave_fleet", "", "").what(), "leave_fleet: ");
}

} // namespace
} // namespace contego::queue
