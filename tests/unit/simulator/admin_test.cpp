#include "json/json.hpp"
#include "service_fixture.hpp"

#include <gmock/gmock.h>

namespace contego::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string card = "01000000017";

class admin_test : public service_fixture {
protected:
    value state(const std::string& query = {}) { return json::parse(get("/sim/state" + query).body); }
};

TEST_F(admin_test, the_state_shows_cards_pairings_and_counts_of_calls) {
    (void)post(authorization_path, addition_to(card));
    (void)post(authorization_path, addition_to(card));

    const auto s = state();

    EXPECT_EQ(*s.find("cards")->find(card)->find("subscriptions"),
              value(value::list{value::object{{"service_ca_id", "1111"}}}));
    EXPECT_EQ(
        *s.find("calls"),
        value(value::object{{"ADD_SUBSCRIPTIONS", value::object{{"OK", 1}, {"ALREADY_SUBSCRIBED", 1}}}}));
}

TEST_F(admin_test, the_state_shows_how_many_calls_there_were_at_once) {
    const auto call = request_of(http::verb::post, std::string(authorization_path), addition_to(card));
    const auto first = service_.receive(call);
    const auto second = service_.receive(call);
    (void)service_.conclude(first, {});
    (void)service_.conclude(second, {});
    (void)post(authorization_path, addition_to(card));

    EXPECT_EQ(*state().find("most_at_once"), value(2));
}

TEST_F(admin_test, the_state_of_one_card_can_be_read_alone) {
    (void)post(authorization_path, addition_to(card));

    EXPECT_EQ(*state("?smartcard=" + card).find("pin"), value("****"));
    EXPECT_EQ(*state("?secrets=1&smartcard=" + card).find("pin"), value("0000"));
    EXPECT_EQ(state("?smartcard=01000000018"), value(value::object()));
}

TEST_F(admin_test, the_journal_is_lines_of_json_from_a_number_on) {
    (void)post(authorization_path, addition_to(card, "41"));
    (void)post(authorization_path, addition_to("09000000000", "42"));

    const auto r = get("/sim/journal?from=2");

    EXPECT_EQ(r.content_type, "application/jsonl");
    const auto line = json::parse(r.body);
    EXPECT_EQ(*line.find("sequence_number"), value("42"));
    EXPECT_EQ(*line.find("status_code"), value("CLIENT_NOT_FOUND"));
}

TEST_F(admin_test, rules_are_replaced_and_removed) {
    EXPECT_EQ(post("/sim/faults", R"([{"do": {"status_code": "SYSTEM_ERROR"}}])").body, "{\"rules\":1}\n");
    EXPECT_THAT(post(authorization_path, addition_to(card)).body, HasSubstr("SYSTEM_ERROR"));

    EXPECT_EQ(ask(request_of(http::verb::delete_, "/sim/faults")).status, 200);
    EXPECT_THAT(post(authorization_path, addition_to(card)).body, Not(HasSubstr("SYSTEM_ERROR")));
}

TEST_F(admin_test, wrong_rules_are_refused_and_the_old_ones_stay) {
    (void)post("/sim/faults", R"([{"do": {"status_code": "SYSTEM_ERROR"}}])");

    const auto r = post("/sim/faults", R"([{"do": {"explode": true}}])");

    EXPECT_EQ(r.status, 400);
    EXPECT_THAT(r.body, HasSubstr("do.explode is not known"));
    EXPECT_EQ(post("/sim/faults", "no JSON").status, 400);
    EXPECT_THAT(post(authorization_path, addition_to(card)).body, HasSubstr("SYSTEM_ERROR"));
}

TEST_F(admin_test, cards_are_planted) {
    const auto said = post("/sim/cards",
                           R"([{"smartcard": "01000000017", "stbs": ["91", "92"],
                                "subscriptions": [{"service_ca_id": "22", "end_date": "2030-01-01T00:00:00Z"},
                                                  {"service_ca_id": "11"}]}])");

    EXPECT_EQ(said.body, "{\"cards\":1}\n");
    const auto planted = state("?smartcard=" + card);
    EXPECT_EQ(*planted.find("stbs"), value(value::list{"91", "92"}));
    EXPECT_EQ(
        *planted.find("subscriptions"),
        value(value::list{value::object{{"service_ca_id", "11"}},
                          value::object{{"service_ca_id", "22"}, {"end_date", "2030-01-01T00:00:00Z"}}}));
}

TEST_F(admin_test, a_planted_pairing_replaces_the_former_ones) {
    (void)post("/sim/cards", R"([{"smartcard": "01000000017", "stbs": ["91"]}])");
    (void)post("/sim/cards", R"([{"smartcard": "01000000018", "stbs": ["91"]}])");
    EXPECT_EQ(*state("?smartcard=01000000017").find("stbs"), value(value::list()));
    EXPECT_EQ(*state("?smartcard=01000000018").find("stbs"), value(value::list{"91"}));

    (void)post("/sim/cards", R"([{"smartcard": "01000000018", "stbs": []}])");
    EXPECT_EQ(*state("?smartcard=01000000018").find("paired"), value(false));
}

TEST_F(admin_test, a_card_that_is_planted_as_unknown_is_refused_and_keeps_what_it_has) {
    (void)post(authorization_path, addition_to(card));
    (void)post("/sim/cards", R"([{"smartcard": "01000000017", "unknown": true}])");
    EXPECT_THAT(post(authorization_path, addition_to(card)).body, HasSubstr("CLIENT_NOT_FOUND"));

    (void)post("/sim/cards", R"([{"smartcard": "01000000017", "unknown": false}])");
    EXPECT_THAT(post(authorization_path, addition_to(card)).body, HasSubstr("ALREADY_SUBSCRIBED"));
}

TEST_F(admin_test, wrong_cards_are_refused_and_none_is_planted) {
    const auto r = post("/sim/cards",
                        R"([{"smartcard": "01000000017", "stbs": ["91"]}, {"smartcard": "02", "stbs": 7}])");

    EXPECT_EQ(r.status, 400);
    EXPECT_THAT(r.body, HasSubstr("stbs must be a list"));
    EXPECT_EQ(state("?smartcard=" + card), value(value::object()));
    for (const auto* wrong : {"{}",
                              "[7]",
                              "[{}]",
                              R"([{"smartcard": "1", "pin": "1"}])",
                              R"([{"smartcard": "1", "unknown": 1}])"})
        EXPECT_EQ(post("/sim/cards", wrong).status, 400) << wrong;
}

TEST_F(admin_test, a_reset_forgets_state_journal_and_counts) {
    (void)post(authorization_path, addition_to(card));

    EXPECT_EQ(post("/sim/reset", "").status, 200);

    EXPECT_EQ(get("/sim/journal").body, "");
    EXPECT_EQ(state(),
              value(value::object{{"cards", value::object()},
                                  {"pairings", value::list()},
                                  {"calls", value::object()},
                                  {"most_at_once", 0}}));
}

TEST_F(admin_test, any_other_path_is_refused_with_the_known_ones) {
    EXPECT_EQ(get("/sim/else").status, 404);
    EXPECT_EQ(get("/sim/reset").status, 404);
    EXPECT_THAT(get("/sim/else").body, HasSubstr("GET /sim/state"));
}

} // namespace
} // namespace contego::simulator::tests
