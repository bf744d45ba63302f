#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

using lines = std::vector<std::string>;

constexpr auto zone_rule =
    "must be a date and time with a zone, such as 2025-01-31T20:00:00Z or +01:00 in place of Z";

/// Returns a complete command with one member set to another value.
value with(std::string_view name, value v, const value& complete) {
    const auto* given = complete.members();
    auto members = given == nullptr ? value::object{} : *given;
    members.insert_or_assign(std::string(name), std::move(v));
    return members;
}

value mail_with(std::string_view name, value v) {
    return with(name, std::move(v), document("{'smartcard_ca_id': '01', 'message': 'm'}"));
}

value repeating_with(std::string_view name, value v) {
    return with(
        name,
        std::move(v),
        document(
            "{'smartcard_ca_id': '01', 'message': 'm', 'repetition_count': 1, 'repetition_interval': 10}"));
}

value fingerprint_with(std::string_view name, value v) {
    return with(name,
                std::move(v),
                document("{'smartcard_ca_id': '01', 'position_x': 1, 'position_y': 1, 'height': 1,"
                         " 'fingerprint_slot': 1}"));
}

TEST(direct_rules, every_missing_mandatory_parameter_is_reported) {
    EXPECT_EQ(
        faults("ADD_SUBSCRIPTIONS", value::object{}),
        (lines{"service_ca_id: is mandatory (was nothing)", "smartcard_ca_id: is mandatory (was nothing)"}));
    EXPECT_EQ(faults("GET_PAIRING_STATUS_FOR_PAIRING_MODULE", value::object{}),
              (lines{"stb_ca_id: is mandatory (was nothing)"}));
    EXPECT_EQ(faults("UPDATE_CA_PIN_TO_GIVEN_VALUE", value::object{}),
              (lines{"smartcard_ca_id: is mandatory (was nothing)", "new_pin: is mandatory (was nothing)"}));
    EXPECT_EQ(violated("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", value::object{}).size(), 4U);
    EXPECT_EQ(violated("DISPLAY_FINGERPRINT", value::object{}).size(), 5U);
}

TEST(direct_rules, a_mandatory_null_is_refused) {
    EXPECT_EQ(faults("GET_ACTIVE_SUBSCRIPTIONS", document("{'smartcard_ca_id': null}")),
              (lines{"smartcard_ca_id: must be text of 1 to 20 digits (was null)"}));
}

TEST(direct_rules, all_violations_are_reported_together) {
    EXPECT_EQ(faults("ADD_SUBSCRIPTIONS", document("{'service_ca_id': 1111, 'smartcrad_ca_id': '01'}")),
              (lines{"service_ca_id: must be text, since leading zeros count (was 1111)",
                     "smartcard_ca_id: is mandatory (was nothing)",
                     "smartcrad_ca_id: is not known here (was ****)"}));
}

TEST(direct_rules, a_parameter_of_another_command_is_not_known) {
    EXPECT_EQ(faults("CANCEL_SUBSCRIPTIONS",
                     document("{'service_ca_id': '1', 'smartcard_ca_id': '01', 'start_date': null}")),
              (lines{"start_date: is not known here (was ****)"}));
}

TEST(direct_rules, a_ca_id_is_text_of_ascii_digits_within_the_limits) {
    limits site;
    site.smartcard_ca_id_digits = {11, 11};
    const auto rule = [&](value v) {
        return violated("GET_ACTIVE_SUBSCRIPTIONS", value::object{{"smartcard_ca_id", std::move(v)}}, site)
            .front()
            .rule;
    };

    EXPECT_EQ(rule(""), "must be 11 digits");
    EXPECT_EQ(rule("0190008020"), "must be 11 digits");
    EXPECT_EQ(rule("019000802079"), "must be 11 digits");
    EXPECT_EQ(rule("0190008020A"), "must be 11 digits");
    EXPECT_EQ(rule(" 1900080207"), "must be 11 digits");
    EXPECT_EQ(rule("\xD9\xA1\xD9\xA1\xD9\xA1\xD9\xA1\xD9\xA1_"), "must be 11 digits");
    EXPECT_EQ(rule(1900080207), "must be text, since leading zeros count");
    EXPECT_EQ(rule(1.9e10), "must be text, since leading zeros count");
    EXPECT_EQ(rule(true), "must be text of 11 digits");
}

TEST(direct_rules, each_kind_of_ca_id_has_its_own_limits) {
    limits site;
    site.smartcard_ca_id_digits = {1, 1};
    site.stb_ca_id_digits = {2, 2};
    site.service_ca_id_digits = {3, 3};

    EXPECT_EQ(
        faults("ADD_SUBSCRIPTIONS", document("{'smartcard_ca_id': '4444', 'service_ca_id': '4444'}"), site),
        (lines{"service_ca_id: must be 3 digits (was \"4444\")",
               "smartcard_ca_id: must be 1 digits (was \"4444\")"}));
    EXPECT_EQ(faults("GET_PAIRING_STATUS_FOR_PAIRING_MODULE", document("{'stb_ca_id': '4444'}"), site),
              (lines{"stb_ca_id: must be 2 digits (was \"4444\")"}));
}

TEST(direct_rules, a_pin_is_checked_and_never_shown) {
    const auto fault = [](value pin) {
        return faults("UPDATE_CA_PIN_TO_GIVEN_VALUE",
                      with("new_pin", std::move(pin), document("{'smartcard_ca_id': '01'}")));
    };

    EXPECT_EQ(fault("471"), (lines{"new_pin: must be 4 digits (was ****)"}));
    EXPECT_EQ(fault("47112"), (lines{"new_pin: must be 4 digits (was ****)"}));
    EXPECT_EQ(fault("47a1"), (lines{"new_pin: must be 4 digits (was ****)"}));
    EXPECT_EQ(fault(4711), (lines{"new_pin: must be text, since leading zeros count (was ****)"}));
}

TEST(direct_rules, a_pin_under_a_wrong_name_is_not_shown_either) {
    EXPECT_EQ(faults("UPDATE_CA_PIN_TO_GIVEN_VALUE", document("{'smartcard_ca_id': '01', 'newpin': '4711'}")),
              (lines{"new_pin: is mandatory (was nothing)", "newpin: is not known here (was ****)"}));
    EXPECT_EQ(
        faults("UPDATE_CA_PIN_TO_DEFAULT_VALUE", document("{'smartcard_ca_id': '01', 'new_pin': '4711'}")),
        (lines{"new_pin: is not known here (was ****)"}));
    for (const std::string name : {"pin", "newPin", "NEW_PIN", "new_pin_code"})
        EXPECT_EQ(faults("GET_ACTIVE_SUBSCRIPTIONS", value::object{{"smartcard_ca_id", "01"}, {name, 4711}}),
                  lines{name + ": is not known here (was ****)"});
}

TEST(direct_rules, a_distribution_is_text_of_1_to_100_characters) {
    const auto rule = "must be text of 1 to 100 characters";
    const auto name = "sub_provisioning_distribution_id";

    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with(name, "")).front().rule, rule);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with(name, 7)).front().rule, rule);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with(name, std::string(101, 'd'))).front().rule,
              rule);
    EXPECT_EQ(planned("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with(name, std::string(100, 'd'))).size(), 1U);
}

TEST(direct_rules, a_message_is_counted_in_characters_and_each_type_has_its_limit) {
    const auto characters = [](std::size_t n) {
        std::string text;
        for (; n > 0; --n)
            text += "\xE2\x82\xAC";
        return text;
    };

    EXPECT_EQ(planned("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", characters(141))).size(), 1U);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", characters(142))).front().rule,
              "must be text of 1 to 141 characters");
    EXPECT_EQ(planned("SEND_BARK_MESSAGE_TO_CLIENT", mail_with("message", characters(129))).size(), 1U);
    EXPECT_EQ(violated("SEND_BARK_MESSAGE_TO_CLIENT", mail_with("message", characters(130))).front().rule,
              "must be text of 1 to 129 characters");
    EXPECT_EQ(violated("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", repeating_with("message", characters(130)))
                  .front()
                  .rule,
              "must be text of 1 to 129 characters");
}

TEST(direct_rules, an_empty_message_or_none_is_refused) {
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", "")).size(), 1U);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", 5)).size(), 1U);
}

TEST(direct_rules, a_message_must_be_utf_8) {
    EXPECT_EQ(faults("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", "caf\xE9")),
              (lines{"message: must be valid UTF-8 (was \"caf\xEF\xBF\xBD\")"}));
}

TEST(direct_rules, a_message_has_only_characters_that_xml_allows) {
    const auto rule = "must not have control characters other than tab and line break";

    EXPECT_EQ(planned("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", "a\tb\r\nc")).size(), 1U);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", "a\x01")).front().rule, rule);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", "a\x1B")).front().rule, rule);
    EXPECT_EQ(
        violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", std::string(1, '\0'))).front().rule,
        rule);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", "\xEF\xBF\xBF")).front().rule,
              rule);
}

TEST(direct_rules, a_message_has_only_characters_that_the_provider_can_read) {
    limits site;
    site.characters = character_set::iso_8859_1;

    EXPECT_EQ(planned_command("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", "\xC3\xBF"), site)
                  .parameters.at("message"),
              value("\xC3\xBF"));
    EXPECT_EQ(faults("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", "5 \xE2\x82\xAC"), site),
              (lines{"message: must have characters of ISO-8859-1 only (was \"5 \xE2\x82\xAC\")"}));
}

TEST(direct_rules, a_message_that_breaks_two_rules_has_two_violations) {
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("message", std::string(142, '\x02'))).size(),
              2U);
}

TEST(direct_rules, dates_need_a_zone_and_a_real_day) {
    EXPECT_EQ(faults("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("start_indication", "2025-01-01T00:00:00")),
              (lines{std::string("start_indication: ") + zone_rule + " (was \"2025-01-01T00:00:00\")"}));
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with("start_indication", 20250101)).size(), 1U);
    EXPECT_EQ(
        violated("DISPLAY_FINGERPRINT", fingerprint_with("display_date", "2025-02-29T00:00:00Z")).size(), 1U);
}

TEST(direct_rules, the_end_of_an_entitlement_is_after_its_start) {
    const auto window = [](const char* start, const char* end) {
        return value(value::object{
            {"service_ca_id", "1"}, {"smartcard_ca_id", "01"}, {"start_date", start}, {"end_date", end}});
    };

    EXPECT_EQ(faults("ADD_SUBSCRIPTIONS", window("2025-01-01T01:00:00Z", "2025-01-01T02:00:00+01:00")),
              (lines{"end_date: must be after start_date (was \"2025-01-01T02:00:00+01:00\")"}));
    EXPECT_EQ(
        planned("ADD_SUBSCRIPTIONS", window("2025-01-01T01:00:00Z", "2025-01-01T01:00:00-01:00")).size(), 1U);
    EXPECT_EQ(violated("ADD_SUBSCRIPTIONS", window("never", "2025-01-01T01:00:00Z")).size(), 1U);
}

TEST(direct_rules, numbers_are_whole_and_in_range) {
    const auto rule = [](std::string_view name, value v) {
        return violated("DISPLAY_FINGERPRINT", fingerprint_with(name, std::move(v))).front().rule;
    };

    EXPECT_EQ(rule("position_x", -1), "must be a whole number from 0 to 65535");
    EXPECT_EQ(rule("position_y", 65536), "must be a whole number from 0 to 65535");
    EXPECT_EQ(rule("height", "12"), "must be a whole number from 0 to 65535");
    EXPECT_EQ(rule("height", 12.0), "must be a whole number from 0 to 65535");
    EXPECT_EQ(rule("fingerprint_slot", 256), "must be a whole number from 0 to 255");
    EXPECT_EQ(rule("display_duration", 0), "must be a whole number from 1 to 65535");
    EXPECT_EQ(rule("display_duration", 1e30), "must be a whole number from 1 to 65535");
}

TEST(direct_rules, each_number_has_the_limits_of_the_site) {
    limits site;
    site.fingerprint_position = {1, 2};
    site.fingerprint_height = {3, 4};
    site.fingerprint_slot = {5, 6};
    site.display_duration = {7, 8};

    const auto all = violated("DISPLAY_FINGERPRINT",
                              document("{'smartcard_ca_id': '01', 'display_duration': 9, 'position_x': 9,"
                                       " 'position_y': 9, 'height': 9, 'fingerprint_slot': 9}"),
                              site);

    lines rules;
    for (const auto& v : all)
        rules.push_back(v.field + ' ' + v.rule);
    EXPECT_EQ(rules,
              (lines{"display_duration must be a whole number from 7 to 8",
                     "position_x must be a whole number from 1 to 2",
                     "position_y must be a whole number from 1 to 2",
                     "height must be a whole number from 3 to 4",
                     "fingerprint_slot must be a whole number from 5 to 6"}));
}

TEST(direct_rules, a_repetition_interval_goes_in_steps_of_10) {
    for (const int bad : {0, 5, 15, 2545, 2560})
        EXPECT_EQ(
            violated("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", repeating_with("repetition_interval", bad))
                .front()
                .rule,
            "must be a whole number from 10 to 2550 in steps of 10")
            << bad;
    for (const int good : {10, 20, 110, 2540, 2550})
        EXPECT_EQ(
            planned("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", repeating_with("repetition_interval", good))
                .size(),
            1U)
            << good;
}

TEST(direct_rules, a_repetition_count_is_in_range) {
    EXPECT_EQ(violated("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", repeating_with("repetition_count", 0)).size(),
              1U);
    EXPECT_EQ(
        violated("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", repeating_with("repetition_count", 256)).size(),
        1U);
    EXPECT_EQ(
        planned("SEND_REPEATING_BARK_MESSAGE_TO_CLIENT", repeating_with("repetition_count", 255)).size(), 1U);
}

TEST(direct_rules, a_queue_number_is_text_of_1_to_50_characters_or_an_integer) {
    const auto name = "communication_queue_number";
    const auto rule = "must be text of 1 to 50 characters";

    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with(name, "")).front().rule, rule);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with(name, std::string(51, '7'))).front().rule,
              rule);
    EXPECT_EQ(violated("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with(name, 1.5)).front().rule, rule);
    EXPECT_EQ(planned("SEND_MAIL_MESSAGE_TO_CLIENT", mail_with(name, std::string(50, '7'))).size(), 1U);
}

} // namespace
} // namespace contego::test
