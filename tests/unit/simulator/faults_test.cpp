#include "calls.hpp"
#include "json/json.hpp"
#include "simulator/faults.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace contego::simulator::tests {
namespace {

constexpr std::uint64_t seed = 7;

fault_rules rules(std::string_view text) {
    return {json::parse(text), seed};
}

call addition(const std::string& card = "01000000017") {
    return call_of(command_type::add_subscriptions, {card}, {"1111"});
}

/// Shows for each of `n` equal calls whether a fault was chosen: `..x.`.
std::string pattern(fault_rules& r, int n, const call& c = addition()) {
    std::string marks;
    for (int i = 0; i < n; ++i)
        marks += r.choose("/path", c).describe().empty() ? '.' : 'x';
    return marks;
}

TEST(faults, without_rules_there_is_no_fault) {
    fault_rules none;
    const auto m = none.choose("/path", addition());

    EXPECT_EQ(m.describe(), "");
    EXPECT_TRUE(m.effect);
    EXPECT_EQ(m.latency.count(), 0);
}

TEST(faults, a_rule_without_conditions_hits_every_call) {
    auto r = rules(R"([{"do": {"http_status": 503}}])");

    EXPECT_EQ(pattern(r, 3), "xxx");
}

TEST(faults, nth_hits_the_nth_matching_call_only) {
    auto r = rules(R"([{"when": {"nth": 3}, "do": {"http_status": 503}}])");

    EXPECT_EQ(pattern(r, 6), "..x...");
}

TEST(faults, every_hits_each_nth_call) {
    auto r = rules(R"([{"when": {"every": 2}, "do": {"http_status": 503}}])");

    EXPECT_EQ(pattern(r, 6), ".x.x.x");
}

TEST(faults, times_ends_a_rule) {
    auto r = rules(R"([{"when": {"times": 2}, "do": {"http_status": 503}}])");

    EXPECT_EQ(pattern(r, 5), "xx...");
}

TEST(faults, probability_hits_about_that_share_and_the_same_calls_for_the_same_seed) {
    const auto* text = R"([{"when": {"probability": 0.25}, "do": {"http_status": 503}}])";
    auto r = rules(text);
    auto twin = rules(text);

    const auto marks = pattern(r, 4000);

    EXPECT_NEAR(static_cast<double>(std::ranges::count(marks, 'x')), 1000, 150);
    EXPECT_EQ(marks, pattern(twin, 4000));
}

TEST(faults, a_probability_of_zero_hits_nothing) {
    auto r = rules(R"([{"when": {"probability": 0}, "do": {"http_status": 503}}])");

    EXPECT_EQ(pattern(r, 100), std::string(100, '.'));
}

TEST(faults, a_condition_on_a_number_matches_exactly_or_by_its_beginning) {
    auto exact = rules(R"([{"when": {"smartcard": "01000000017"}, "do": {"http_status": 503}}])");
    auto beginning = rules(R"([{"when": {"smartcard": "010000*"}, "do": {"http_status": 503}}])");

    EXPECT_EQ(pattern(exact, 1), "x");
    EXPECT_EQ(pattern(exact, 1, addition("01000000018")), ".");
    EXPECT_EQ(pattern(beginning, 1, addition("01000099999")), "x");
    EXPECT_EQ(pattern(beginning, 1, addition("01100000000")), ".");
}

TEST(faults, a_call_matches_by_any_of_its_cards_and_by_the_paired_one) {
    auto r = rules(R"([{"when": {"smartcard": "0177"}, "do": {"http_status": 503}}])");
    auto extension = call_of(command_type::add_to_existing_pairing, {}, {}, {"0011"});
    extension.paired_card = "0177";

    EXPECT_EQ(pattern(r, 1, call_of(command_type::add_subscriptions, {"0100", "0177"})), "x");
    EXPECT_EQ(pattern(r, 1, extension), "x");
}

TEST(faults, all_conditions_must_hold) {
    auto r = rules(
        R"([{"when": {"command": "CREATE_PAIRING", "stb": "0011", "sequence_number": "42", "path": "/p*"},
                        "do": {"http_status": 503}}])");
    auto c = call_of(command_type::create_pairing, {"0100"}, {}, {"0011"});
    c.sequence_number = "42";

    EXPECT_EQ(pattern(r, 1, c), "x");
    c.sequence_number = "43";
    EXPECT_EQ(pattern(r, 1, c), ".");
    EXPECT_EQ(pattern(r, 1, addition()), ".");
}

TEST(faults, calls_that_do_not_match_are_not_counted) {
    auto r = rules(R"([{"when": {"service": "1111", "nth": 2}, "do": {"http_status": 503}}])");

    EXPECT_EQ(pattern(r, 1), ".");
    EXPECT_EQ(pattern(r, 3, call_of(command_type::add_subscriptions, {"0100"}, {"2"})), "...");
    EXPECT_EQ(pattern(r, 1), "x");
}

TEST(faults, the_first_rule_that_fires_applies) {
    auto r = rules(R"([{"when": {"nth": 2}, "do": {"garbage": true}}, {"do": {"http_status": 503}}])");

    EXPECT_EQ(r.choose("/path", addition()).describe(), "http 503");
    EXPECT_EQ(r.choose("/path", addition()).describe(), "garbage");
}

TEST(faults, latency_stays_between_its_bounds) {
    auto r = rules(R"([{"do": {"latency_ms": [10, 30]}}])");

    for (int n = 0; n < 200; ++n) {
        const auto latency = r.choose("/path", addition()).latency;
        EXPECT_GE(latency, std::chrono::milliseconds(10));
        EXPECT_LE(latency, std::chrono::milliseconds(30));
    }
}

TEST(faults, a_single_latency_is_exact) {
    auto r = rules(R"([{"do": {"latency_ms": 20}}])");

    EXPECT_EQ(r.choose("/path", addition()).latency, std::chrono::milliseconds(20));
}

TEST(faults, a_long_tailed_latency_meets_its_percentiles) {
    auto r = rules(R"([{"do": {"latency_ms": {"p50": 10, "p99": 100}}}])");
    std::vector<std::chrono::microseconds> all;
    all.reserve(5000);
    for (int n = 0; n < 5000; ++n)
        all.push_back(r.choose("/path", addition()).latency);
    std::ranges::sort(all);

    EXPECT_NEAR(static_cast<double>(all[2500].count()), 10'000, 1'000);
    EXPECT_NEAR(static_cast<double>(all[4950].count()), 100'000, 25'000);
}

} // namespace
} // namespace contego::simulator::tests
