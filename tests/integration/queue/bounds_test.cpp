#include "queue_fixture.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace contego::testing {
namespace {

/// The gate of contego.request: rows that an INSERT refuses, and rows that it accepts.
class bounds : public queue_fixture {
protected:
    /// Returns the error of an INSERT with these SQL expressions; empty: the row was accepted.
    std::string refusal(const std::string& columns, const std::string& values) {
        try {
            sql("INSERT INTO contego.request (" + columns + ") VALUES (" + values + ")");
            return {};
        } catch (const pqxx::sql_error& e) {
            return e.what();
        }
    }

    std::string refusal_of(const std::string& parameters) {
        return refusal("action, parameters", "'ADD_SUBSCRIPTIONS', " + parameters);
    }
};

using ::testing::HasSubstr;

std::string nested(const std::string& open, const std::string& close, int levels) {
    const auto n = std::to_string(levels);
    return "('{\"a\":' || repeat('" + open + "', " + n + ") || '1' || repeat('" + close + "', " + n +
           ") || '}')::jsonb";
}

TEST_F(bounds, are_named_with_the_column_and_the_size) {
    const std::vector<std::pair<std::string, std::string>> beyond{
        {nested("[", "]", 32), "parameters is nested more than 32 levels deep"},
        {nested("{\"a\":", "}", 32), "parameters is nested more than 32 levels deep"},
        {nested("[", "]", 5000), "parameters is nested more than 32 levels deep"},
        {"(repeat('{\"pin\":', 450) || '1' || repeat('}', 450))::jsonb", "nested more than 32"},
        {"'{\"n\": 1e131071}'", "a number that takes 131072 characters"},
        {"'{\"n\": -1e131071}'", "a number that takes 131073 characters"},
        {"'{\"n\": 0e-16383}'", "a number that takes 16385 characters"},
        {"'{\"n\": [{\"m\": 1e1001}]}'", "a number that takes 1002 characters"},
        {"jsonb_build_object('n', (SELECT jsonb_agg(1e131071) FROM generate_series(1, 9000)))",
         "a number that takes 131072 characters"},
        {"jsonb_build_object('m', repeat('x', 1048576))", "has 1048585 bytes as text; 1048576 are allowed"},
        {"jsonb_build_object('m', repeat('x', 9000000))", "parameters takes 90000"},
        {"jsonb_build_object('smartcards', (SELECT jsonb_agg(jsonb_build_object('smartcard_ca_id', n::text))"
         " FROM generate_series(1, 4001) AS n))",
         "parameters names 4001 smartcards and boxes; 4000 are allowed"},
    };

    for (const auto& [parameters, why] : beyond)
        EXPECT_THAT(refusal_of(parameters), HasSubstr(why)) << parameters.substr(0, 100);
    for (const auto* name : {"subscription", "process_name", "process_id", "idempotency_key"})
        EXPECT_THAT(refusal(std::string("action, parameters, ") + name, "'X', '{}', repeat('é', 8193)"),
                    HasSubstr(std::string(name) + " has 16386 bytes; 16384 are allowed"));
    EXPECT_THAT(refusal("action, parameters", "repeat('a', 16385), '{}'"),
                HasSubstr("action has 16385 bytes"));
}

TEST_F(bounds, let_through_what_is_just_within_them) {
    for (const auto& parameters :
         {nested("[", "]", 31),
          nested("{\"a\":", "}", 31),
          std::string("'{\"n\": 1e999}'"),
          std::string("'{\"n\": 1e-998}'"),
          std::string("jsonb_build_object('m', repeat('x', 1048567))"),
          std::string(
              "jsonb_build_object('smartcards', (SELECT jsonb_agg(jsonb_build_object('smartcard_ca_id', "
              "n::text)) FROM generate_series(1, 4000) AS n))")})
        EXPECT_EQ(refusal_of(parameters), "") << parameters.substr(0, 100);
    EXPECT_EQ(refusal("action, parameters, subscription", "'X', '{}', repeat('é', 8192)"), "");
}

TEST_F(bounds, of_a_date_are_those_that_clients_can_read) {
    const auto refusal_at = [this](const std::string& date) {
        return refusal("action, parameters, scheduled_date", "'X', '{}', '" + date + "'");
    };

    EXPECT_THAT(refusal_at("infinity"),
                HasSubstr("scheduled_date is infinity; it must be before the year 10000"));
    EXPECT_THAT(refusal_at("294276-12-31"), HasSubstr("scheduled_date is 294276-12-31"));
    EXPECT_THAT(refusal_at("10000-01-01 00:00+00"), HasSubstr("scheduled_date"));
    EXPECT_EQ(refusal_at("9999-12-31 23:59:59.999999+00"), "");
}

TEST_F(bounds, take_a_date_that_is_none_for_now) {
    for (const auto* date : {"-infinity", "4714-11-24 BC", "0001-01-01 BC"}) {
        const auto id = insert_for_card("1", ", scheduled_date", std::string(", '") + date + "'");

        EXPECT_EQ(column(id, "concat_ws('|', scheduled_date = created_date, progress)"), "t|QUEUED") << date;
    }
}

TEST_F(bounds, keep_a_date_of_the_past_but_count_no_age_before_the_insert) {
    insert_for_card("1", ", scheduled_date", ", '0001-01-01'");
    daemon_hands daemon(database_);

    ASSERT_EQ(daemon.claim().size(), 1U);

    EXPECT_LT(daemon.latest.requests.at(0).age_seconds, 3600);
}

TEST_F(bounds, that_the_table_keeps_too_hold_for_a_superusers_hand) {
    const auto id = insert_for_card("1");

    for (const auto* change : {"scheduled_date = 'infinity'",
                               "due_date = '-infinity'",
                               "blocked_date = 'infinity'",
                               "sequence_number = NULL"})
        EXPECT_ANY_THROW(sql(std::string("UPDATE contego.request_open SET ") + change +
                             " WHERE id = " + std::to_string(id)))
            << change;
}

TEST_F(bounds, are_told_without_the_row) {
    for (const auto* values : {"NULL, '{\"new_pin\": \"4711\"}'", "'X', '[{\"new_pin\": \"4711\"}]'"})
        EXPECT_THAT(refusal("action, parameters", values), ::testing::Not(HasSubstr("4711")));
}

TEST_F(bounds, only_let_texts_become_lanes) {
    const auto id =
        insert(R"({"smartcards": [{"smartcard_ca_id": {"new_pin": "4711"}}, {"smartcard_ca_id": "7"}],
                               "distributions": [{"smartcards": [["4711"], 12, true, null, "8"]}]})");

    EXPECT_EQ(column(id, "lanes"), "{card:7,card:8}");
}

TEST_F(bounds, hold_for_rows_that_come_by_replication) {
    sql("SET session_replication_role = replica;"
        "INSERT INTO contego.request (action, parameters, idempotency_key)"
        " VALUES ('X', '{\"smartcard_ca_id\": \"1\"}', 'k'), ('X', '{\"smartcard_ca_id\": \"1\"}', NULL)");
    EXPECT_THAT(refusal_of(nested("[", "]", 40)), HasSubstr("nested more than 32"));
    sql("SET session_replication_role = origin");
    daemon_hands daemon(database_);

    EXPECT_EQ(daemon.claim().size(), 1U) << "the second one waits for the first";
    EXPECT_EQ(one("SELECT count(*) FROM contego.idempotency"), "1");
    EXPECT_EQ(one("SELECT count(*) FROM contego.card_history WHERE card = '1'"), "2");
}

TEST_F(bounds, refuse_a_row_of_a_dump_that_would_lose_its_state) {
    const auto id = insert_for_card("1");
    sql("UPDATE contego.request_open SET progress = 'HELD'");
    sql("CREATE TABLE public.dumped AS SELECT * FROM contego.request_open; DELETE FROM contego.request_open");

    EXPECT_THAT(refusal("id",
                        "1); INSERT INTO contego.request_open OVERRIDING SYSTEM VALUE SELECT * FROM "
                        "public.dumped; SELECT (1"),
                ::testing::Not(""));
    EXPECT_ANY_THROW(
        sql("INSERT INTO contego.request_open OVERRIDING SYSTEM VALUE SELECT * FROM public.dumped"));
    sql("ALTER TABLE contego.request_open DISABLE TRIGGER ALL;"
        "INSERT INTO contego.request_open OVERRIDING SYSTEM VALUE SELECT * FROM public.dumped;"
        "ALTER TABLE contego.request_open ENABLE ALWAYS TRIGGER accept_request; DROP TABLE public.dumped");

    EXPECT_EQ(progress(id), "HELD");
}

TEST_F(bounds, of_a_key_are_those_of_its_login) {
    sql("DO $$ BEGIN CREATE ROLE bounds_a LOGIN; CREATE ROLE bounds_b LOGIN;"
        " EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        "GRANT contego_crm TO bounds_a, bounds_b");
    const auto submit = [this](const std::string& login) {
        return one(
            "SET SESSION AUTHORIZATION " + login +
            "; SELECT request_id || ' ' || is_new FROM contego.submit('X', '{}', idempotency_key => 'k')");
    };

    const auto first = submit("bounds_a");
    const auto again = submit("bounds_a");
    const auto other = submit("bounds_b");
    sql("RESET SESSION AUTHORIZATION");

    EXPECT_EQ(first, "1 true");
    EXPECT_EQ(again, "1 false");
    EXPECT_THAT(other, HasSubstr(" true"));
}

} // namespace
} // namespace contego::testing
