#pragma once

#include <contego/enumeration.hpp>

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

/// Every command, in the order above: `command_types[n]` is the n-th enumerator.
inline constexpr auto command_types = enumerators<command_type>;

/// Returns the code that the CRM and SQL use, such as `ADD_SUBSCRIPTIONS`.
[[nodiscard]] std::string_view name_of(command_type type);

/// Returns the command with exactly this code, in upper case. Returns nullopt for any other text.
[[nodiscard]] std::optional<command_type> command_type_of(std::string_view code);

} // namespace contego
