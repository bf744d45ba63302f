#include "service_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace contego::simulator::tests {
namespace {

using testing::HasSubstr;

const std::string card = "01000000017";

class service_test : public service_fixture {};

TEST_F(service_test, a_call_is_carried_out_and_answered) {
    const auto r = post(authorization_path, addition_to(card));

    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.content_type, "text/xml; charset=utf-8");
    EXPECT_THAT(r.body, HasSubstr("<ct:StatusCode>OK</ct:StatusCode>"));
    EXPECT_THAT(post(authorization_path, question_about(card)).body,
                HasSubstr("<ct:ServiceCaId>1111</ct:ServiceCaId>"));
}

TEST_F(service_test, a_refusal_of_the_cas_is_an_answer_of_200) {
    const auto r = post(authorization_path, addition_to("09000000000"));

    EXPECT_EQ(r.status, 200);
    EXPECT_THAT(r.body, HasSubstr("CLIENT_NOT_FOUND"));
}

constexpr const char* messaging_path = "/ca-server/webservices/caclient/user-text-messaging";

/// A message to a known and to an unknown card.
std::string message_to_two() {
    return envelope_of("user-text-messaging",
                       "SendMailMessageToClients",
                       "<a:CaClientIds><a:CaClientId>01000000017</a:CaClientId>"
                       "<a:CaClientId>09000000000</a:CaClientId></a:CaClientIds>"
                       "<a:Message>Hello</a:Message><a:SequenceNumber>42</a:SequenceNumber>");
}

TEST_F(service_test, a_call_with_an_unknown_card_is_refused_as_a_whole) {
    const auto r = post(messaging_path, message_to_two());

    EXPECT_THAT(r.body, HasSubstr("<ct:StatusCode>CLIENT_NOT_FOUND</ct:StatusCode>"));
    EXPECT_THAT(r.body, testing::Not(HasSubstr("<ct:Results>")));
    EXPECT_EQ(get("/sim/state?smartcard=01000000017").body, "{}\n");
}

TEST_F(service_test, a_call_is_answered_for_each_card_if_it_is_told_so) {
    service_settings settings;
    settings.items = true;
    service each(settings, cas(population(), 1), journal(), documents(), fault_rules());
    const auto ask_each = [&](const http_request& request) {
        return each.conclude(each.receive(request), *moment_of("2030-01-01T00:00:00Z"));
    };

    const auto r = ask_each(request_of(http::verb::post, messaging_path, message_to_two()));

    EXPECT_THAT(r.body,
                testing::ContainsRegex("<ct:Result><ct:CaClientId>01000000017</ct:CaClientId>"
                                       "<ct:StatusCode>OK</ct:StatusCode>.*</ct:Result>"
                                       "<ct:Result><ct:CaClientId>09000000000</ct:CaClientId>"
                                       "<ct:StatusCode>CLIENT_NOT_FOUND</ct:StatusCode>.*</ct:Result>"));
    const auto journal = ask_each(request_of(http::verb::get, "/sim/journal")).body;
    EXPECT_EQ(std::ranges::count(journal, '\n'), 2) << "each card has a line of its own";
    EXPECT_THAT(journal, HasSubstr("\"smartcards\":[\"01000000017\"]"));
}

TEST_F(service_test, an_unparsable_body_is_a_fault_with_status_500) {
    const auto r = post(authorization_path, "no XML");

    EXPECT_EQ(r.status, 500);
    EXPECT_THAT(r.body, HasSubstr("<faultstring>Couldn't parse stream.</faultstring>"));
}

TEST_F(service_test, a_request_that_is_not_a_call_gets_an_http_error) {
    EXPECT_EQ(post("/elsewhere", addition_to(card)).status, 404);
    EXPECT_EQ(ask(request_of(http::verb::put, authorization_path, addition_to(card))).status, 405);
    auto json = request_of(http::verb::post, authorization_path, "{}");
    json.set(http::field::content_type, "application/json");
    EXPECT_EQ(ask(json).status, 415);
    EXPECT_EQ(get("/").status, 404);
}

TEST_F(service_test, the_wsdl_names_the_host_of_the_request) {
    const auto r = get(authorization_path + std::string("?wsdl"));

    EXPECT_EQ(r.status, 200);
    EXPECT_THAT(r.body,
                HasSubstr("location=\"http://cas.example:8080/ca-server/webservices/client/authorization\""));
}

TEST_F(service_test, the_schemas_are_served_beside_the_services) {
    EXPECT_THAT(get("/ca-server/webservices/client/authorization.xsd").body,
                HasSubstr("AddSubscriptionsRequestType"));
    EXPECT_THAT(get("/ca-server/webservices/caclient/common-types.xsd").body, HasSubstr("AnswerType"));
    EXPECT_EQ(get("/common-types.xsd").status, 404);
    EXPECT_EQ(get("/ca-server/webservices/caclient/none.xsd").status, 404);
}

TEST_F(service_test, a_client_without_credentials_is_asked_for_them) {
    service_settings settings;
    settings.user = "crm";
    settings.password = "secret";
    service guarded(settings, cas(population(), 1), journal(), documents(), fault_rules());
    auto request = request_of(http::verb::post, authorization_path, question_about(card));
    const auto ask_guarded = [&] { return guarded.conclude(guarded.receive(request), moment()); };

    const auto stranger = ask_guarded();
    EXPECT_EQ(stranger.status, 401);
    EXPECT_EQ(stranger.headers.at(0).first, "WWW-Authenticate");

    request.set(http::field::authorization, "Basic Y3JtOndyb25nISE=");
    EXPECT_EQ(ask_guarded().status, 401);

    request.set(http::field::authorization, "Basic Y3JtOnNlY3JldA==");
    EXPECT_EQ(ask_guarded().status, 200);
}

class service_faults_test : public service_fixture {
protected:
    response with_rule(const std::string& action) {
        EXPECT_EQ(post("/sim/faults", "[{\"do\": " + action + "}]").status, 200);
        auto r = post(authorization_path, addition_to(card));
        (void)ask(request_of(http::verb::delete_, "/sim/faults"));
        return r;
    }

    bool done() {
        return post(authorization_path, question_about(card)).body.find("ServiceCaId>1111") !=
               std::string::npos;
    }
};

TEST_F(service_faults_test, an_http_status_comes_with_a_page_and_headers_and_without_an_effect) {
    const auto r = with_rule(R"({"http_status": 503, "headers": {"Retry-After": "2"}})");

    EXPECT_EQ(r.status, 503);
    EXPECT_EQ(r.content_type, "text/html");
    EXPECT_EQ(r.headers, (std::vector<std::pair<std::string, std::string>>{{"Retry-After", "2"}}));
    EXPECT_FALSE(done());
}

TEST_F(service_faults_test, a_lost_answer_may_come_after_the_effect) {
    EXPECT_EQ(with_rule(R"({"http_status": 504, "effect": true})").status, 504);
    EXPECT_TRUE(done());
}

TEST_F(service_faults_test, a_fault_is_sent_as_the_rule_says) {
    const auto r = with_rule(R"({"fault": {"code": "Server.busy", "text": "later"}})");

    EXPECT_EQ(r.status, 500);
    EXPECT_THAT(r.body, HasSubstr("<faultcode>soap:Server.busy</faultcode><faultstring>later</faultstring>"));
    EXPECT_FALSE(done());
}

TEST_F(service_faults_test, a_status_code_is_sent_without_an_effect) {
    const auto r = with_rule(R"({"status_code": "SYSTEM_ERROR"})");

    EXPECT_EQ(r.status, 200);
    EXPECT_THAT(r.body, HasSubstr("<ct:StatusCode>SYSTEM_ERROR</ct:StatusCode>"));
    EXPECT_THAT(r.body, HasSubstr("<ct:ReferenceNumber>"));
    EXPECT_FALSE(done());
}

TEST_F(service_faults_test, garbage_hides_an_effect) {
    const auto r = with_rule(R"({"garbage": true})");

    EXPECT_EQ(r.status, 200);
    EXPECT_EQ(r.body.find("Envelope"), std::string::npos);
    EXPECT_TRUE(done());
}

TEST_F(service_faults_test, a_wrong_length_promises_more_than_there_is) {
    const auto r = with_rule(R"({"wrong_length": true})");
    const auto promised = r.body.size() + 100;

    EXPECT_FALSE(r.keep_alive);
    EXPECT_THAT(bytes_of(r), HasSubstr("Content-Length: " + std::to_string(promised) + "\r\n\r\n" + r.body));
}

} // namespace
} // namespace contego::simulator::tests
