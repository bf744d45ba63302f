#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace contego {

/// The 13 Conax Contego web service commands. Source: the CRM's command table (documented).
enum class command_type {
    add_subscriptions,
    cancel_subscriptions,
    create_pairing,
    add_to_existing_pairing,
    get_active_subscriptions,
    get_pairing_status_for_card,
    get_pairing_status_for_pairing_module,
    send_mail_message_to_client,
    send_bark_message_to_client,
    send_repeating_bark_message_to_client,
    display_fingerprint,
    update_ca_pin_to_default_value,
    update_ca_pin_to_given_value,
};

/// All commands, in the order above: `command_types[n]` is the n-th enumerator.
inline constexpr std::array<command_type, 13> command_types{
    command_type::add_subscriptions,
    command_type::cancel_subscriptions,
    command_type::create_pairing,
    command_type::add_to_existing_pairing,
    command_type::get_active_subscriptions,
    command_type::get_pairing_status_for_card,
    command_type::get_pairing_status_for_pairing_module,
    command_type::send_mail_message_to_client,
    command_type::send_bark_message_to_client,
    command_type::send_repeating_bark_message_to_client,
    command_type::display_fingerprint,
    command_type::update_ca_pin_to_default_value,
    command_type::update_ca_pin_to_given_value,
};

/// Returns the code that the CRM and SQL use, such as `ADD_SUBSCRIPTIONS`.
[[nodiscard]] std::string_view name_of(command_type type);

/// Returns the command with exactly this code, in upper case. Returns nullopt for any other text.
[[nodiscard]] std::optional<command_type> command_type_of(std::string_view code);

} // namespace contego
