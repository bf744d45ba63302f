#include <contego/command_type.hpp>
#include <contego/exchange.hpp>
#include <contego/outcome.hpp>
#include <contego/outcome_store.hpp>

#include <gtest/gtest.h>

#include <set>

namespace contego {
namespace {

TEST(names, every_command_has_a_code_that_leads_back_to_it) {
    std::set<std::string_view> codes;
    for (const auto type : command_types) {
        codes.insert(name_of(type));
        EXPECT_EQ(command_type_of(name_of(type)), type);
    }

    EXPECT_EQ(codes.size(), 13U);
}

TEST(names, commands_are_listed_in_the_order_of_their_enumerators) {
    for (std::size_t i = 0; i < command_types.size(); ++i)
        EXPECT_EQ(static_cast<std::size_t>(command_types.at(i)), i);
}

TEST(names, the_codes_are_those_of_the_crm) {
    EXPECT_EQ(name_of(command_type::add_subscriptions), "ADD_SUBSCRIPTIONS");
    EXPECT_EQ(name_of(command_type::cancel_subscriptions), "CANCEL_SUBSCRIPTIONS");
    EXPECT_EQ(name_of(command_type::create_pairing), "CREATE_PAIRING");
    EXPECT_EQ(name_of(command_type::add_to_existing_pairing), "ADD_TO_EXISTING_PAIRING");
    EXPECT_EQ(name_of(command_type::get_active_subscriptions), "GET_ACTIVE_SUBSCRIPTIONS");
    EXPECT_EQ(name_of(command_type::get_pairing_status_for_card), "GET_PAIRING_STATUS_FOR_CARD");
    EXPECT_EQ(name_of(command_type::get_pairing_status_for_pairing_module),
              "GET_PAIRING_STATUS_FOR_PAIRING_MODULE");
    EXPECT_EQ(name_of(command_type::send_mail_message_to_client), "SEND_MAIL_MESSAGE_TO_CLIENT");
    EXPECT_EQ(name_of(command_type::send_bark_message_to_client), "SEND_BARK_MESSAGE_TO_CLIENT");
    EXPECT_EQ(name_of(command_type::send_repeating_bark_message_to_client),
              "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT");
    EXPECT_EQ(name_of(command_type::display_fingerprint), "DISPLAY_FINGERPRINT");
    EXPECT_EQ(name_of(command_type::update_ca_pin_to_default_value), "UPDATE_CA_PIN_TO_DEFAULT_VALUE");
    EXPECT_EQ(name_of(command_type::update_ca_pin_to_given_value), "UPDATE_CA_PIN_TO_GIVEN_VALUE");
}

TEST(names, a_code_in_lower_case_or_unknown_is_refused) {
    EXPECT_EQ(command_type_of("add_subscriptions"), std::nullopt);
    EXPECT_EQ(command_type_of("ADD_SUBSCRIPTIONS "), std::nullopt);
    EXPECT_EQ(command_type_of(""), std::nullopt);
}

TEST(names, every_outcome_leads_back_to_itself) {
    EXPECT_EQ(name_of(outcome::success), "success");
    EXPECT_EQ(name_of(outcome::rejected), "rejected");
    EXPECT_EQ(name_of(outcome::retry), "retry");
    EXPECT_EQ(name_of(outcome::hold), "hold");
    for (const auto o : enumerators<outcome>)
        EXPECT_EQ(outcome_of(name_of(o)), o);
    EXPECT_EQ(outcome_of("SUCCESS"), std::nullopt);
    EXPECT_EQ(outcome_of(""), std::nullopt);
}

TEST(names, every_disposition_is_named_as_in_sql) {
    EXPECT_EQ(name_of(disposition::complete), "complete");
    EXPECT_EQ(name_of(disposition::reject), "reject");
    EXPECT_EQ(name_of(disposition::retry), "retry");
    EXPECT_EQ(name_of(disposition::hold), "hold");
    EXPECT_EQ(name_of(disposition::release), "release");
}

TEST(names, every_transport_error_leads_back_to_itself) {
    std::set<std::string_view> names;
    for (const auto e : enumerators<transport_error>) {
        names.insert(name_of(e));
        EXPECT_EQ(transport_error_of(name_of(e)), e);
    }

    EXPECT_EQ(names.size(), 10U);
    EXPECT_EQ(name_of(transport_error::too_large), "too_large");
    EXPECT_EQ(transport_error_of("broken"), std::nullopt);
}

} // namespace
} // namespace contego
