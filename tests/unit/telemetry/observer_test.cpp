#include "unit/telemetry/observer_fixture.hpp"

#include <gmock/gmock.h>

namespace contego::daemon {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST_F(observer_fixture, tells_of_a_claim_that_took_long) {
    EXPECT_EQ(line("info", [](observer& o) { o.claimed_slowly("default", "2 s in all"); }),
              (value::object{{"level", "warning"},
                             {"message", "a claim took long"},
                             {"provider", "default"},
                             {"steps", "2 s in all"}}));
}

TEST_F(observer_fixture, tells_of_a_claim_that_brought_something) {
    const auto l = line("debug", [](observer& o) {
        o.claimed("default", 0);
        o.claimed("default", 3);
    });

    EXPECT_EQ(
        l,
        (value::object{
            {"level", "debug"}, {"message", "requests claimed"}, {"provider", "default"}, {"count", 3}}));
    EXPECT_THAT(stats_.text(), HasSubstr("contego_claimed_total{provider=\"default\"} 3"));
}

TEST_F(observer_fixture, tells_of_an_answer_for_those_who_want_to_know_all) {
    exchange e;
    e.state = exchange_state::answered;
    e.duration = milliseconds(250);
    reply answer;
    answer.outcome = outcome::success;
    answer.status_code = "OK";
    answer.reference_number = "ref-1";
    const auto work = [&](observer& o) { o.exchanged(r_, c_, 2, e, answer); };

    EXPECT_EQ(line("debug", work),
              (value::object{{"level", "debug"},
                             {"message", "command answered"},
                             {"request", 42},
                             {"command", "ADD_SUBSCRIPTIONS"},
                             {"sequence", 2},
                             {"provider", "default"},
                             {"duration_s", 0.25},
                             {"outcome", "success"},
                             {"status", "OK"},
                             {"reference", "ref-1"}}));
    EXPECT_EQ(lines("info", work).size(), 0U);
    EXPECT_THAT(stats_.text(),
                HasSubstr("contego_exchanges_total{command=\"ADD_SUBSCRIPTIONS\",outcome=\"success\","
                          "provider=\"default\"} 2"));
    EXPECT_THAT(stats_.text(), HasSubstr("contego_exchange_duration_seconds_sum{"));
}

TEST_F(observer_fixture, tells_of_a_command_that_was_not_done) {
    exchange e;
    e.state = exchange_state::answered;
    e.http_status = 500;
    reply answer;
    answer.outcome = outcome::hold;
    answer.error_code = "SOAP_FAULT:Server";

    const auto l = line("info", [&](observer& o) { o.exchanged(r_, c_, 1, e, answer); });

    EXPECT_EQ(l.at("level"), value("info"));
    EXPECT_EQ(l.at("message"), value("command not done"));
    EXPECT_EQ(l.at("outcome"), value("hold"));
    EXPECT_EQ(l.at("error_code"), value("SOAP_FAULT:Server"));
    EXPECT_EQ(l.at("http_status"), value(500));
    EXPECT_EQ(l.at("request"), value(42));
}

TEST_F(observer_fixture, tells_what_becomes_of_each_request) {
    const std::vector<std::pair<disposition, const char*>> all{
        {disposition::complete, "request completed"},
        {disposition::reject, "request rejected"},
        {disposition::retry, "request will be retried"},
        {disposition::hold, "request held"},
        {disposition::release, "request given back"}};
    for (const auto& [d, message] : all) {
        const auto l = line("info", [&, what = d](observer& o) { o.decided(r_, ended(what, "WHY")); });

        EXPECT_EQ(l.at("message"), value(message));
        EXPECT_EQ(l.at("request"), value(42));
        EXPECT_EQ(l.at("action"), value("BECOME_SUBSCRIBER"));
        EXPECT_EQ(l.at("attempts"), value(2));
        EXPECT_EQ(l.contains("error_code"), d != disposition::complete && d != disposition::release)
            << message;
        EXPECT_EQ(l.contains("delay_ms"), d == disposition::retry) << message;
    }
    for (const auto* name : {"complete", "reject", "retry", "hold", "release"})
        EXPECT_THAT(stats_.text(),
                    HasSubstr("contego_requests_decided_total{disposition=\"" + std::string(name) +
                              "\",provider=\"default\"} 1"));
    EXPECT_THAT(stats_.text(), HasSubstr("contego_request_duration_seconds_count{provider=\"default\"} 2"))
        << "only an ended request has a duration";
    EXPECT_THAT(stats_.text(), HasSubstr("contego_request_duration_seconds_sum{provider=\"default\"} 6"));
}

TEST_F(observer_fixture, says_when_a_retry_is_due_and_no_code_where_there_is_none) {
    EXPECT_EQ(
        line("info", [&](observer& o) { o.decided(r_, ended(disposition::retry, "X")); }).at("delay_ms"),
        value(1500));
    EXPECT_FALSE(line("info", [&](observer& o) {
                     o.decided(r_, ended(disposition::complete));
                 }).contains("error_code"));
}

TEST_F(observer_fixture, cuts_an_action_that_is_a_novel) {
    r_.action = std::string(5000, 'A');

    const auto l = line("info", [&](observer& o) { o.decided(r_, ended(disposition::reject, "X")); });

    EXPECT_EQ(l.at("action").text()->size(), 100U);
}

TEST_F(observer_fixture, warns_of_every_outcome_that_came_too_late) {
    record_answer answer;
    answer.stale = {7, 8};

    const auto all = lines("warn", [&](observer& o) { o.recorded({{ended({})}}, answer); });

    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(*all[0].find("level"), value("warning"));
    EXPECT_EQ(*all[0].find("message"),
              value("outcome not written: the request was claimed by another daemon meanwhile"));
    EXPECT_EQ(*all[0].find("request"), value(7));
    EXPECT_EQ(*all[1].find("request"), value(8));
    EXPECT_THAT(stats_.text(), HasSubstr("contego_stale_outcomes_total 2"));
}

TEST_F(observer_fixture, calls_it_an_error_when_the_database_refuses_an_outcome) {
    record_answer answer;
    answer.failed = {9};
    answer.failure = "value too odd";

    const auto l = line("warn", [&](observer& o) { o.recorded({}, answer); });

    EXPECT_EQ(l,
              (value::object{{"level", "error"},
                             {"message", "outcome not written: the database refuses it"},
                             {"request", 9},
                             {"reason", "value too odd"}}));
    EXPECT_THAT(stats_.text(), HasSubstr("contego_stale_outcomes_total 0"));
}

TEST_F(observer_fixture, counts_what_was_recorded_for_those_who_want_to_know_all) {
    auto run = ended({});
    run.commands.resize(2);
    const record_batch batch{{run}};

    const auto l = line("debug", [&](observer& o) { o.recorded(batch, {}); });

    EXPECT_EQ(l,
              (value::object{
                  {"level", "debug"}, {"message", "outcomes recorded"}, {"commands", 2}, {"requests", 1}}));
}

TEST_F(observer_fixture, says_where_the_database_was_missed) {
    const auto l = line("info", [](observer& o) { o.trouble("claim", "connection refused"); });

    EXPECT_EQ(l,
              (value::object{{"level", "error"},
                             {"message", "the database does not answer, trying again"},
                             {"stage", "claim"},
                             {"reason", "connection refused"},
                             {"times", 1}}));
    EXPECT_THAT(stats_.text(), HasSubstr("contego_database_trouble_total{stage=\"claim\"} 1"));
}

TEST_F(observer_fixture, says_when_an_endpoint_is_taken_for_dead) {
    const auto l =
        line("info", [](observer& o) { o.endpoint_changed("default", "http://cas", false, "HTTP 401"); });

    EXPECT_EQ(
        l,
        (value::object{
            {"level", "error"},
            {"message", "the CAS does not answer: only probes are sent to this endpoint until it answers"},
            {"provider", "default"},
            {"endpoint", "http://cas"},
            {"reason", "HTTP 401"}}));
    EXPECT_THAT(stats_.text(),
                HasSubstr("contego_endpoint_up{endpoint=\"http://cas\",provider=\"default\"} 0"));
}

TEST_F(observer_fixture, says_when_it_lives_again) {
    const auto l = line("info", [](observer& o) { o.endpoint_changed("default", "http://cas", true, ""); });

    EXPECT_EQ(l,
              (value::object{{"level", "warning"},
                             {"message", "the CAS answers again"},
                             {"provider", "default"},
                             {"endpoint", "http://cas"}}));
    EXPECT_THAT(stats_.text(),
                HasSubstr("contego_endpoint_up{endpoint=\"http://cas\",provider=\"default\"} 1"));
}

TEST_F(observer_fixture, shows_how_many_requests_the_line_holds) {
    EXPECT_EQ(lines("debug", [](observer& o) { o.holds("default", 1, 2, 3); }).size(), 0U);

    for (const auto* held : {"waiting\"} 1", "sending\"} 2", "recording\"} 3"})
        EXPECT_THAT(stats_.text(),
                    HasSubstr("contego_held_requests{provider=\"default\",stage=\"" + std::string(held)));
}

TEST_F(observer_fixture, writes_text_for_people) {
    const auto text = written({log_format::text, "info"},
                              [&](observer& o) { o.decided(r_, ended(disposition::hold, "MAYBE_SENT")); });

    EXPECT_THAT(text, HasSubstr("Z info    request held "));
    EXPECT_THAT(text, HasSubstr(" error_code=\"MAYBE_SENT\""));
    EXPECT_THAT(text, HasSubstr(" request=42"));
}

TEST_F(observer_fixture, shows_no_secret_and_no_envelope) {
    r_.parameters = c_.parameters = {{"smartcard_ca_id", "01"}, {"new_pin", "4711"}};
    c_.type = command_type::update_ca_pin_to_given_value;
    exchange e;
    e.state = exchange_state::answered;
    e.body = "<Pin>4711</Pin>";
    e.detail = "4711";
    reply answer;
    answer.outcome = outcome::rejected;
    answer.message = answer.error_description = "4711 is no PIN";
    answer.error_code = "INPUT_VALIDATION_ERROR";
    auto run = ended(disposition::reject, "INPUT_VALIDATION_ERROR");
    std::get<rejected>(*run.end).why.description = "4711 is no PIN";
    command_record stored;
    stored.parameters = {{"new_pin", "4711"}};
    stored.request = stored.response = "<Pin>4711</Pin>";
    run.commands.push_back(stored);

    for (const auto format : {log_format::json, log_format::text}) {
        const auto text = written({format, "trace"}, [&](observer& o) {
            o.exchanged(r_, c_, 1, e, answer);
            answer.outcome = outcome::success;
            o.exchanged(r_, c_, 1, e, answer);
            o.decided(r_, run);
            o.recorded({{run}}, {});
        });

        EXPECT_THAT(text, HasSubstr("UPDATE_CA_PIN_TO_GIVEN_VALUE"));
        EXPECT_THAT(text, Not(HasSubstr("4711")));
    }
    EXPECT_THAT(stats_.text(), Not(HasSubstr("4711")));
}

TEST_F(observer_fixture, says_once_that_claiming_is_stopped_and_what_to_do) {
    const auto all = lines("info", [](observer& o) {
        o.claiming_stopped("");
        o.claiming_stopped("data was lost: renewal 7");
        o.claiming_stopped("data was lost: renewal 7");
        EXPECT_EQ(o.unready(), "claiming is stopped: data was lost: renewal 7");
        o.claiming_stopped("");
        EXPECT_EQ(o.unready(), std::nullopt);
    });

    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(*all[0].find("level"), value("error"));
    EXPECT_EQ(*all[0].find("reason"), value("data was lost: renewal 7"));
    EXPECT_NE(all[0].find("message")->text()->find("contegod after-data-loss"), std::string::npos);
    EXPECT_EQ(*all[1].find("message"), value("claiming goes on"));
    EXPECT_NE(stats_.text().find("contego_claiming_stopped 0"), std::string::npos);
}

} // namespace
} // namespace contego::daemon
