#include "vocabulary/enum_table.hpp"
#include <contego/command_type.hpp>

namespace contego {
namespace {

constexpr enum_table<command_type> codes{{
    {command_type::add_subscriptions, "ADD_SUBSCRIPTIONS"},
    {command_type::cancel_subscriptions, "CANCEL_SUBSCRIPTIONS"},
    {command_type::create_pairing, "CREATE_PAIRING"},
    {command_type::add_to_existing_pairing, "ADD_TO_EXISTING_PAIRING"},
    {command_type::get_active_subscriptions, "GET_ACTIVE_SUBSCRIPTIONS"},
    {command_type::get_pairing_status_for_card, "GET_PAIRING_STATUS_FOR_CARD"},
    {command_type::get_pairing_status_for_pairing_module, "GET_PAIRING_STATUS_FOR_PAIRING_MODULE"},
    {command_type::send_mail_message_to_client, "SEND_MAIL_MESSAGE_TO_CLIENT"},
    {command_type::send_bark_message_to_client, "SEND_BARK_MESSAGE_TO_CLIENT"},
    {command_type::send_repeating_bark_message_to_client, "SEND_REPEATING_BARK_MESSAGE_TO_CLIENT"},
    {command_type::display_fingerprint, "DISPLAY_FINGERPRINT"},
    {command_type::update_ca_pin_to_default_value, "UPDATE_CA_PIN_TO_DEFAULT_VALUE"},
    {command_type::update_ca_pin_to_given_value, "UPDATE_CA_PIN_TO_GIVEN_VALUE"},
}};

} // namespace

std::string_view name_of(command_type type) {
    return codes.of(type);
}

std::optional<command_type> command_type_of(std::string_view code) {
    return codes.find(code);
}

} // namespace contego
