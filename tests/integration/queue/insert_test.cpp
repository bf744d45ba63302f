#include "queue_fixture.hpp"

namespace contego::testing {
namespace {

using insertion = queue_fixture;

TEST_F(insertion, fills_in_what_the_crm_leaves_out) {
    const auto id = insert_for_card("1");

    EXPECT_EQ(
        column(id, "concat_ws('|', provider, priority, life_cycle_state, progress, created_by, attempts)"),
        "default|REGULAR|PENDING|QUEUED|postgres|0");
    EXPECT_EQ(column(id, "scheduled_date = created_date"), "t");
    EXPECT_NE(column(id, "sequence_number"), "");
}

TEST_F(insertion, takes_explicit_nulls_for_defaults) {
    const auto id = insert_for_card("1", ", provider, priority, scheduled_date", ", NULL, NULL, NULL");

    EXPECT_EQ(column(id, "concat_ws('|', provider, priority, progress)"), "default|REGULAR|QUEUED");
}

TEST_F(insertion, sets_our_own_columns_whatever_the_crm_gives) {
    const auto id = insert_for_card("1",
                                    ", progress, attempts, fence, claimed_by, result, error_code, created_by",
                                    ", 'IN_FLIGHT', 9, 9, 9, '{}', 'X', 'me'");

    EXPECT_EQ(
        column(id, "concat_ws('|', progress, attempts, fence, claimed_by, result, error_code, created_by)"),
        "QUEUED|0|0|postgres");
}

TEST_F(insertion, refuses_only_what_is_no_request) {
    EXPECT_THROW(sql("INSERT INTO contego.request (action, parameters) VALUES (NULL, '{}')"),
                 pqxx::check_violation);
    EXPECT_THROW(sql("INSERT INTO contego.request (action, parameters) VALUES ('X', '[]')"),
                 pqxx::check_violation);
    EXPECT_THROW(sql("INSERT INTO contego.request (action, parameters) VALUES ('X', NULL)"),
                 pqxx::check_violation);
}

TEST_F(insertion, takes_any_other_input_however_odd) {
    const std::string long_text(9000, 'x');
    const std::vector<std::string> oddities{
        "{}",
        R"({"distributions":7})",
        R"({"distributions":[1,"a",null,[[]]],"smartcards":{"a":1},"smartcard_ca_id":[1,{"x":2}]})",
        R"({"smartcard_ca_id":null,"stb_ca_id":12.5})",
        R"({"smartcard_ca_id":")" + long_text + "\"}",
    };

    for (const auto& parameters : oddities)
        EXPECT_NO_THROW(insert(parameters)) << parameters.substr(0, 80);
    EXPECT_NO_THROW(insert("{}", ", priority, provider", ", repeat('p', 9000), repeat('q', 9000)"));
    EXPECT_NO_THROW(insert("{}", ", idempotency_key", ", repeat('k', 9000)"));
    EXPECT_NO_THROW(insert("{}", "", "", long_text));
}

TEST_F(insertion, of_a_known_idempotency_key_is_refused_and_queues_nothing) {
    insert_for_card("1", ", idempotency_key", ", 'k'");

    EXPECT_THROW(insert_for_card("2", ", idempotency_key", ", 'k'"), pqxx::unique_violation);
    EXPECT_NO_THROW(insert_for_card("2", ", idempotency_key, provider", ", 'k', 'other'"));

    EXPECT_EQ(one("SELECT count(*) FROM contego.request"), "2");
}

TEST_F(insertion, refuses_the_key_of_a_finished_request_too) {
    const auto id = insert_for_card("1", ", idempotency_key", ", 'k'");
    daemon_hands daemon(database_);
    ASSERT_EQ(daemon.claim(), ids{id});
    daemon.end(id, disposition::complete);

    EXPECT_THROW(insert_for_card("1", ", idempotency_key", ", 'k'"), pqxx::unique_violation);
}

TEST_F(insertion, reads_the_lanes_out_of_every_shape) {
    const auto lanes = [this](const std::string& parameters) { return column(insert(parameters), "lanes"); };

    EXPECT_EQ(lanes(R"({"smartcard_ca_id":"1"})"), "{card:1}");
    EXPECT_EQ(lanes(R"({"stb_ca_id":"1"})"), "{box:1}");
    EXPECT_EQ(
        lanes(
            R"({"smartcards":[{"smartcard_ca_id":"2"},{"smartcard_ca_id":"1"}],"stbs":[{"stb_ca_id":"3"}]})"),
        "{box:3,card:1,card:2}");
    EXPECT_EQ(
        lanes(
            R"({"distributions":[{"smartcards":["1"],"stbs":["2"],"added":{"stbs":["3"]},"removed":{"smartcards":["4"]}},
                        {"smartcards":["1","5"]}]})"),
        "{box:2,box:3,card:1,card:4,card:5}");
    EXPECT_EQ(lanes(R"({"services":["1"]})"), "{}");
}

} // namespace
} // namespace contego::testing
