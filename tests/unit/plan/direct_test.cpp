#include "unit/plan/asking.hpp"

#include <gtest/gtest.h>

namespace contego::test {
namespace {

TEST(direct, add_subscriptions_is_planned) {
    const auto given =
        document("{'service_ca_id': '1111', 'smartcard_ca_id': '01900080207',"
                 "'sub_provisioning_distribution_id': 'LIVING-ROOM',"
                 "'start_date': '2025-01-01T00:00:00Z', 'end_date': '2025-02-01T00:00:00+01:00'}");

    const auto c = planned_command("ADD_SUBSCRIPTIONS", given);

    EXPECT_EQ(c.type, command_type::add_subscriptions);
    EXPECT_EQ(value(c.parameters), given);
    EXPECT_EQ(c.only_if_paired, std::nullopt);
}

TEST(direct, cancel_subscriptions_is_planned) {
    const auto given = document("{'service_ca_id': '1111', 'smartcard_ca_id': '01900080207'}");

    const auto c = planned_command("CANCEL_SUBSCRIPTIONS", given);

    EXPECT_EQ(c.type, command_type::cancel_subscriptions);
    EXPECT_EQ(value(c.parameters), given);
}

TEST(direct, create_pairing_is_planned) {
    const auto given =
        document("{'smartcards': [{'smartcard_ca_id': '01'},"
                 " {'smartcard_ca_id': '02', 'smartcard_sub_provisioning_distribution_id': 'D'}],"
                 " 'stbs': [{'stb_ca_id': '91', 'stb_sub_provisioning_distribution_id': 'D'}]}");

    const auto c = planned_command("CREATE_PAIRING", given);

    EXPECT_EQ(c.type, command_type::create_pairing);
    EXPECT_EQ(value(c.parameters), given);
}

TEST(direct, add_to_existing_pairing_is_planned_with_one_list_or_both) {
    const auto both = document("{'smartcard_ca_id': '01', 'smartcard_sub_provisioning_distribution_id': 'D',"
                               " 'smartcards': [{'smartcard_ca_id': '02'}], 'stbs': [{'stb_ca_id': '91'}]}");
    const auto box = document("{'smartcard_ca_id': '01', 'stbs': [{'stb_ca_id': '91'}]}");

    EXPECT_EQ(value(planned_command("ADD_TO_EXISTING_PAIRING", both).parameters), both);
    EXPECT_EQ(value(planned_command("ADD_TO_EXISTING_PAIRING", box).parameters), box);
}

TEST(direct, an_empty_list_beside_something_to_add_is_left_out) {
    const auto c = planned_command(
        "ADD_TO_EXISTING_PAIRING",
        document("{'smartcard_ca_id': '01', 'smartcards': [], 'stbs': [{'stb_ca_id': '91'}]}"));

    EXPECT_FALSE(c.parameters.contains("smartcards"));
}

TEST(direct, commands_about_one_card_are_planned) {
    for (const auto* code :
         {"GET_ACTIVE_SUBSCRIPTIONS", "GET_PAIRING_STATUS_FOR_CARD", "UPDATE_CA_PIN_TO_DEFAULT_VALUE"}) {
        const auto given =
            document("{'smartcard_ca_id': '01', 'smartcard_sub_provisioning_distribution_id': 'D'}");

        const auto c = planned_command(code, given);

        EXPECT_EQ(name_of(c.type), code);
        EXPECT_EQ(value(c.parameters), given);
    }
}

TEST(direct, get_pairing_status_for_pairing_module_is_planned) {
    const auto given = document("{'stb_ca_id': '0012345678'}");

    const auto c = planned_command("GET_PAIRING_STATUS_FOR_PAIRING_MODULE", given);

    EXPECT_EQ(c.type, command_type::get_pairing_status_for_pairing_module);
    EXPECT_EQ(value(c.parameters), given);
}

TEST(direct, a_mail_is_planned_without_a_display_duration) {
    const auto given =
        document("{'smartcard_ca_id': '01', 'message': 'Dear customer', 'communication_queue_number':"
                 " 'Q7', 'start_indication': '2025-01-01T20:00:00.250Z'}");

    const auto c = planned_command("SEND_MAIL_MESSAGE_TO_CLIENT", given);

    EXPECT_EQ(value(c.parameters), given);
}

TEST(direct, a_bark_is_shown_for_the_default_duration) {
    const auto c =
        planned_command("SEND_BARK_MESSAGE_TO_CLIENT", document("{'smartcard_ca_id': '01', 'message': 'm'}"));

    EXPECT_EQ(value(c.parameters),
              document("{'smartcard_ca_id': '01', 'message': 'm', 'display_duration': 20}"));
}

TEST(direct, the_site_sets_the_default_duration) {
    limits site;
    site.default_display_duration = 45;

    const auto c = planned_command(
        "SEND_BARK_MESSAGE_TO_CLIENT", document("{'smartcard_ca_id': '01', 'message': 'm'}"), site);

    EXPECT_EQ(c.parameters.at("display_duration"), value(45));
}

TEST(direct, a_given_duration_stays) {
    const auto c =
        planned_command("SEND_BARK_MESSAGE_TO_CLIENT",
                        document("{'smartcard_ca_id': '01', 'message': 'm', 'display_duration': 5}"));

    EXPECT_EQ(c.parameters.at("display_duration"), value(5));
}

TEST(direct, a_repeating_bark_is_planned) {
    const auto c = planned_command(
        "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT",
        document(
            "{'smartcard_ca_id': '01', 'message': 'm', 'repetition_count': 3, 'repetition_interval': 2550}"));

    EXPECT_EQ(
        value(c.parameters),
        document(
            "{'smartcard_ca_id': '01', 'message': 'm', 'repetition_count': 3, 'repetition_interval': 2550,"
            " 'display_duration': 20}"));
}

TEST(direct, a_fingerprint_is_planned) {
    const auto c =
        planned_command("DISPLAY_FINGERPRINT",
                        document("{'smartcard_ca_id': '01', 'display_date': '2025-01-01T00:00:00Z',"
                                 " 'position_x': 0, 'position_y': 65535, 'height': 12,"
                                 " 'fingerprint_slot': 255}"));

    EXPECT_EQ(
        value(c.parameters),
        document("{'smartcard_ca_id': '01', 'display_date': '2025-01-01T00:00:00Z', 'position_x': 0,"
                 " 'position_y': 65535, 'height': 12, 'fingerprint_slot': 255, 'display_duration': 20}"));
}

TEST(direct, a_given_pin_is_planned_with_its_leading_zero) {
    const auto given = document("{'smartcard_ca_id': '01', 'new_pin': '0471'}");

    EXPECT_EQ(value(planned_command("UPDATE_CA_PIN_TO_GIVEN_VALUE", given).parameters), given);
}

TEST(direct, an_optional_null_counts_as_absent) {
    const auto c =
        planned_command("SEND_BARK_MESSAGE_TO_CLIENT",
                        document("{'smartcard_ca_id': '01', 'message': 'm', 'display_duration': null,"
                                 " 'start_indication': null}"));

    EXPECT_EQ(c.parameters.at("display_duration"), value(20));
    EXPECT_FALSE(c.parameters.contains("start_indication"));
}

TEST(direct, a_queue_number_that_is_an_integer_becomes_text) {
    const auto c = planned_command(
        "SEND_MAIL_MESSAGE_TO_CLIENT",
        document("{'smartcard_ca_id': '01', 'message': 'm', 'communication_queue_number': 4049}"));

    EXPECT_EQ(c.parameters.at("communication_queue_number"), value("4049"));
}

TEST(direct, an_unknown_action_is_refused_with_the_known_ones) {
    const auto result = plan("MAKE_COFFEE", value::object{}, limits{});

    const auto& no = std::get<refusal>(result);
    EXPECT_EQ(no.code, "UNKNOWN_ACTION");
    ASSERT_EQ(no.all.size(), 1U);
    EXPECT_EQ(no.all[0].field, "action");
    EXPECT_EQ(no.all[0].value, "\"MAKE_COFFEE\"");
    EXPECT_NE(no.all[0].rule.find(" BECOME_SUBSCRIBER"), std::string::npos);
    EXPECT_NE(no.all[0].rule.find(" UPDATE_CA_PIN_TO_GIVEN_VALUE"), std::string::npos);
}

TEST(direct, a_misspelt_action_is_refused_with_the_nearest_one_first) {
    const auto first_words = [](const char* action) {
        const auto result = plan(action, value::object{}, limits{});
        const auto& rule = std::get<refusal>(result).all.at(0).rule;
        return rule.substr(0, rule.find(" must be one of"));
    };

    for (const auto* action :
         {"ADD_SUBSCRIPTION", "add_subscriptions", "Add Subscriptions", "ADD_SUBSCRPITIONS"})
        EXPECT_EQ(first_words(action), "is unknown, did you mean ADD_SUBSCRIPTIONS? It") << action;
    EXPECT_EQ(first_words("SWAP_INSTALED_ITEMS"), "is unknown, did you mean SWAP_INSTALLED_ITEM? It");
    EXPECT_EQ(first_words("STOP_SERVICES"), "is unknown, did you mean STOP_SERVICE? It");
    const auto far = plan(std::string(100000, 'A'), value::object{}, limits{});
    EXPECT_EQ(std::get<refusal>(far).all.at(0).rule.find("must be one of BECOME_SUBSCRIBER"), 0U);
}

TEST(direct, an_action_in_lower_case_or_with_a_blank_is_unknown) {
    for (const auto* action : {"add_subscriptions", "ADD_SUBSCRIPTIONS ", ""})
        EXPECT_EQ(std::get<refusal>(plan(action, value::object{}, limits{})).code, "UNKNOWN_ACTION")
            << action;
}

TEST(direct, parameters_that_are_not_an_object_are_refused) {
    EXPECT_EQ(faults("GET_ACTIVE_SUBSCRIPTIONS", value::list{}),
              (std::vector<std::string>{"parameters: must be an object (was [])"}));
    EXPECT_EQ(faults("BECOME_SUBSCRIBER", {}),
              (std::vector<std::string>{"parameters: must be an object (was null)"}));
}

} // namespace
} // namespace contego::test
