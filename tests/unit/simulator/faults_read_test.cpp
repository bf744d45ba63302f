#include "calls.hpp"
#include "json/json.hpp"
#include "simulator/faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace contego::simulator::tests {
namespace {

using testing::HasSubstr;

mishap what(const std::string& action) {
    fault_rules r(json::parse("[{\"do\": " + action + "}]"), 1);
    return r.choose("/path", call());
}

std::string complaint(const std::string& document) {
    try {
        const fault_rules r(json::parse(document), 1);
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return "none";
}

TEST(faults_read, a_substituted_answer_prevents_the_effect) {
    EXPECT_FALSE(what(R"({"http_status": 503, "headers": {"Retry-After": "2"}})").effect);
    EXPECT_FALSE(what(R"({"fault": {"code": "Server", "text": "busy"}})").effect);
    EXPECT_FALSE(what(R"({"status_code": "SYSTEM_ERROR"})").effect);
    EXPECT_FALSE(what(R"({"hang": true})").effect);
}

TEST(faults_read, a_damaged_answer_keeps_the_effect) {
    EXPECT_TRUE(what(R"({"garbage": true})").effect);
    EXPECT_TRUE(what(R"({"wrong_length": true})").effect);
    EXPECT_TRUE(what(R"({"drip_bytes_per_second": 10})").effect);
    EXPECT_TRUE(what(R"({"latency_ms": 1})").effect);
}

TEST(faults_read, a_reset_and_a_hang_come_before_or_after_the_effect) {
    EXPECT_EQ(what(R"({"reset": "before_effect"})").describe(), "reset before effect");
    EXPECT_EQ(what(R"({"reset": "after_effect"})").describe(), "reset after effect");
    EXPECT_EQ(what(R"({"hang": "before_effect"})").describe(), "hang before effect");
    EXPECT_EQ(what(R"({"hang": "after_effect"})").describe(), "hang after effect");
    EXPECT_EQ(what(R"({"hang": false})").describe(), "");
}

TEST(faults_read, effect_overrides_the_default) {
    EXPECT_TRUE(what(R"({"http_status": 504, "effect": true})").effect);
    EXPECT_FALSE(what(R"({"garbage": true, "effect": false})").effect);
}

TEST(faults_read, all_actions_are_read) {
    const auto m = what(
        R"({"http_status": 503, "headers": {"Retry-After": "2"}, "fault": {"code": "Client", "text": "no"},
                            "status_code": "X", "garbage": true, "wrong_length": true, "drip_bytes_per_second": 9})");

    EXPECT_EQ(m.http_status, 503);
    EXPECT_EQ(m.headers.front().second, "2");
    EXPECT_EQ(m.fault, (fault{"Client", "no"}));
    EXPECT_EQ(m.status_code, "X");
    EXPECT_TRUE(m.garbage);
    EXPECT_TRUE(m.wrong_length);
    EXPECT_EQ(m.drip_bytes_per_second, 9U);
}

TEST(faults_read, a_wrong_rule_is_refused_with_its_number_and_reason) {
    EXPECT_EQ(complaint("{}"), "fault rules must be a list");
    EXPECT_EQ(complaint(R"([{}, {"whem": {}}])"), "fault rule 2: whem is not known");
    EXPECT_THAT(complaint(R"([{"when": {"command": "DANCE"}}])"), HasSubstr("DANCE is not a command"));
    EXPECT_THAT(complaint(R"([{"when": {"nht": 1}}])"), HasSubstr("when.nht is not known"));
    EXPECT_THAT(complaint(R"([{"when": {"nth": 0}}])"), HasSubstr("nth must be 1"));
    EXPECT_THAT(complaint(R"([{"when": {"probability": "often"}}])"),
                HasSubstr("probability must be a number"));
    EXPECT_THAT(complaint(R"([{"when": {"smartcard": 17}}])"), HasSubstr("smartcard must be a text"));
    EXPECT_THAT(complaint(R"([{"do": {"explode": true}}])"), HasSubstr("do.explode is not known"));
    EXPECT_THAT(complaint(R"([{"do": {"reset": "now"}}])"), HasSubstr("before_effect or after_effect"));
    EXPECT_THAT(complaint(R"([{"do": {"http_status": 99}}])"), HasSubstr("http_status must be 200 to 599"));
    EXPECT_THAT(complaint(R"([{"do": {"latency_ms": [5, 1]}}])"),
                HasSubstr("must give the lower bound first"));
    EXPECT_THAT(complaint(R"([{"do": {"latency_ms": {"p50": 5}}}])"), HasSubstr("p50 <= p99"));
    EXPECT_THAT(complaint(R"([{"do": {"fault": {"kode": "x"}}}])"), HasSubstr("fault.kode is not known"));
    EXPECT_THAT(complaint(R"([{"do": {"garbage": "yes"}}])"), HasSubstr("garbage must be true or false"));
}

} // namespace
} // namespace contego::simulator::tests
