#include "simulator/operations.hpp"

#include <algorithm>
#include <array>

namespace contego::simulator {
namespace {

constexpr std::array all_areas{
    area{"authorization",
         "/ca-server/webservices/client/authorization",
         "http://www.conax.com/cas/xsd/authorization/v1"},
    area{"pairing", "/ca-server/webservices/caclient/pairing", "http://www.conax.com/cas/xsd/pairing/v1"},
    area{"user-text-messaging",
         "/ca-server/webservices/caclient/user-text-messaging",
         "http://www.conax.com/cas/xsd/user-text-messaging/v1"},
    area{"fingerprint",
         "/ca-server/webservices/caclient/fingerprint",
         "http://www.conax.com/cas/xsd/fingerprint/v1"},
    area{"pin", "/ca-server/webservices/caclient/pin", "http://www.conax.com/cas/xsd/pin/v1"},
};
constexpr const area* authorization = &all_areas[0];
constexpr const area* pairing = &all_areas[1];
constexpr const area* messaging = &all_areas[2];
constexpr const area* fingerprint = &all_areas[3];
constexpr const area* pin = &all_areas[4];

constexpr bool mandatory = true;
constexpr bool optional = false;

constexpr field clients{"CaClientIds", mandatory, identifiers{"CaClientId", &call::cards}};
constexpr field more_clients{"CaClientIds", optional, identifiers{"CaClientId", &call::cards}};
constexpr field client{"CaClientId", mandatory, identifier{&call::cards}};
constexpr field paired_client{"PairedCaClientId", mandatory, digits{1, 20, &call::paired_card}};
constexpr field modules{"PairingModuleIds", mandatory, identifiers{"PairingModuleId", &call::boxes}};
constexpr field more_modules{"PairingModuleIds", optional, identifiers{"PairingModuleId", &call::boxes}};
constexpr field pairing_module{"PairingModuleId", mandatory, identifier{&call::boxes}};
constexpr field services{"ServiceCaIds", mandatory, identifiers{"ServiceCaId", &call::services}};
constexpr field start{"StartTime", optional, date{&call::start}};
constexpr field end{"EndTime", optional, date{&call::end}};
constexpr field mail_text{"Message", mandatory, text{141, &call::message}};
constexpr field bark_text{"Message", mandatory, text{129, &call::message}};
constexpr field start_indication{"StartIndicationTime", optional, date{&call::start}};
constexpr field duration{"DisplayDurationInSeconds", mandatory, number{1, 65535, 1, &call::duration}};
constexpr field sequence{"SequenceNumber", mandatory, digits{1, 19, &call::sequence_number}};

constexpr std::array add_fields{clients, services, start, end, sequence};
constexpr std::array cancel_fields{clients, services, sequence};
constexpr std::array client_fields{client, sequence};
constexpr std::array module_fields{pairing_module, sequence};
constexpr std::array clients_fields{clients, sequence};
constexpr std::array create_fields{clients, modules, sequence};
constexpr std::array extend_fields{paired_client, more_clients, more_modules, sequence};
constexpr std::array mail_fields{clients, mail_text, start_indication, sequence};
constexpr std::array bark_fields{clients, bark_text, duration, start_indication, sequence};
constexpr std::array repeating_bark_fields{
    clients,
    bark_text,
    duration,
    field{"RepetitionCount", mandatory, number{1, 255, 1, &call::count}},
    field{"RepetitionIntervalInSeconds", mandatory, number{10, 2550, 10, &call::interval}},
    start_indication,
    sequence,
};
constexpr std::array fingerprint_fields{
    clients,
    field{"DisplayTime", optional, date{&call::start}},
    duration,
    field{"PositionX", mandatory, number{0, 65535, 1, &call::x}},
    field{"PositionY", mandatory, number{0, 65535, 1, &call::y}},
    field{"Height", mandatory, number{0, 65535, 1, &call::height}},
    field{"FingerprintSlot", mandatory, number{0, 255, 1, &call::slot}},
    sequence,
};
constexpr std::array given_pin_fields{
    clients, field{"NewPin", mandatory, digits{4, 4, &call::pin}}, sequence};

using type = command_type;
using shape = result_shape;

constexpr std::array<operation, 13> all_operations{{
    {type::add_subscriptions, "AddSubscriptions", authorization, add_fields, shape::none},
    {type::cancel_subscriptions, "CancelSubscriptions", authorization, cancel_fields, shape::none},
    {type::create_pairing, "CreatePairing", pairing, create_fields, shape::none},
    {type::add_to_existing_pairing, "AddToExistingPairing", pairing, extend_fields, shape::none},
    {type::get_active_subscriptions,
     "GetActiveSubscriptions",
     authorization,
     client_fields,
     shape::subscriptions},
    {type::get_pairing_status_for_card,
     "GetPairingStatusForCard",
     pairing,
     client_fields,
     shape::boxes_of_card},
    {type::get_pairing_status_for_pairing_module,
     "GetPairingStatusForPairingModule",
     pairing,
     module_fields,
     shape::cards_of_box},
    {type::send_mail_message_to_client, "SendMailMessageToClients", messaging, mail_fields, shape::none},
    {type::send_bark_message_to_client, "SendBarkMessageToClients", messaging, bark_fields, shape::none},
    {type::send_repeating_bark_message_to_client,
     "SendRepeatingBarkMessageToClients",
     messaging,
     repeating_bark_fields,
     shape::none},
    {type::display_fingerprint, "DisplayFingerprintOnClients", fingerprint, fingerprint_fields, shape::none},
    {type::update_ca_pin_to_default_value, "UpdateCaPinToDefaultValue", pin, clients_fields, shape::none},
    {type::update_ca_pin_to_given_value, "UpdateCaPinToGivenValue", pin, given_pin_fields, shape::none},
}};

} // namespace

std::span<const area> areas() {
    return all_areas;
}

std::span<const operation> operations() {
    return all_operations;
}

const area* area_at(std::string_view path) {
    const auto found = std::ranges::find(all_areas, path, &area::path);
    return found == all_areas.end() ? nullptr : &*found;
}

const operation* operation_of(const area& a, std::string_view name) {
    const auto found = std::ranges::find_if(
        all_operations, [&](const operation& o) { return o.area == &a && o.name == name; });
    return found == all_operations.end() ? nullptr : &*found;
}

} // namespace contego::simulator
