#include "vocabulary/enum_table.hpp"
#include <contego/parameter.hpp>

#include <array>

namespace contego {
namespace {

using kind = parameter_kind;
constexpr bool mandatory = true;
constexpr bool optional = false;

constexpr parameter distribution{"sub_provisioning_distribution_id", kind::distribution, optional};
constexpr parameter card_distribution{
    "smartcard_sub_provisioning_distribution_id", kind::distribution, optional};
constexpr parameter box_distribution{"stb_sub_provisioning_distribution_id", kind::distribution, optional};
constexpr parameter smartcard{"smartcard_ca_id", kind::smartcard_ca_id, mandatory};
constexpr parameter box{"stb_ca_id", kind::stb_ca_id, mandatory};
constexpr parameter service{"service_ca_id", kind::service_ca_id, mandatory};
constexpr parameter message{"message", kind::message, mandatory};
constexpr parameter start_indication{"start_indication", kind::date, optional};
constexpr parameter display_duration{"display_duration", kind::duration, optional};
constexpr parameter queue_number{"communication_queue_number", kind::number, optional};

constexpr std::array add_subscriptions{
    distribution,
    service,
    smartcard,
    parameter{"start_date", kind::date, optional},
    parameter{"end_date", kind::date, optional},
};
constexpr std::array cancel_subscriptions{distribution, service, smartcard};
constexpr std::array create_pairing{
    parameter{"smartcards", kind::smartcards, mandatory},
    parameter{"stbs", kind::stbs, mandatory},
};
constexpr std::array add_to_existing_pairing{
    card_distribution,
    smartcard,
    parameter{"smartcards", kind::smartcards, optional},
    parameter{"stbs", kind::stbs, optional},
};
constexpr std::array one_card{distribution, card_distribution, smartcard};
constexpr std::array one_box{distribution, box_distribution, box};
constexpr std::array mail{
    distribution, card_distribution, smartcard, message, start_indication, queue_number};
constexpr std::array bark{
    distribution, card_distribution, smartcard, message, start_indication, display_duration, queue_number};
constexpr std::array repeating_bark{
    distribution,
    card_distribution,
    smartcard,
    message,
    start_indication,
    display_duration,
    parameter{"repetition_count", kind::count, mandatory},
    parameter{"repetition_interval", kind::interval, mandatory},
    queue_number,
};
constexpr std::array fingerprint{
    distribution,
    card_distribution,
    smartcard,
    parameter{"display_date", kind::date, optional},
    display_duration,
    parameter{"position_x", kind::position, mandatory},
    parameter{"position_y", kind::position, mandatory},
    parameter{"height", kind::height, mandatory},
    parameter{"fingerprint_slot", kind::slot, mandatory},
};
constexpr std::array given_pin{
    distribution, card_distribution, smartcard, parameter{"new_pin", kind::pin, mandatory}};

constexpr enum_table<command_type, std::span<const parameter>> tables{{
    {command_type::add_subscriptions, add_subscriptions},
    {command_type::cancel_subscriptions, cancel_subscriptions},
    {command_type::create_pairing, create_pairing},
    {command_type::add_to_existing_pairing, add_to_existing_pairing},
    {command_type::get_active_subscriptions, one_card},
    {command_type::get_pairing_status_for_card, one_card},
    {command_type::get_pairing_status_for_pairing_module, one_box},
    {command_type::send_mail_message_to_client, mail},
    {command_type::send_bark_message_to_client, bark},
    {command_type::send_repeating_bark_message_to_client, repeating_bark},
    {command_type::display_fingerprint, fingerprint},
    {command_type::update_ca_pin_to_default_value, one_card},
    {command_type::update_ca_pin_to_given_value, given_pin},
}};

} // namespace

std::span<const parameter> parameters_of(command_type type) {
    return tables.of(type);
}

} // namespace contego
