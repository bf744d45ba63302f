#include <contego/parameter.hpp>

#include <array>
#include <cstddef>

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

// In the order of command_types.
constexpr std::array<std::span<const parameter>, command_types.size()> tables{
    add_subscriptions,
    cancel_subscriptions,
    create_pairing,
    add_to_existing_pairing,
    one_card,
    one_card,
    one_box,
    mail,
    bark,
    repeating_bark,
    fingerprint,
    one_card,
    given_pin,
};

} // namespace

std::span<const parameter> parameters_of(command_type type) {
    return tables.at(static_cast<std::size_t>(type));
}

} // namespace contego
