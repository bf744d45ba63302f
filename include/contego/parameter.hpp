#pragma once

#include <contego/command_type.hpp>

#include <span>
#include <string_view>

namespace contego {

/// What a parameter of a command holds; the limits say how much of it.
enum class parameter_kind {
    smartcard_ca_id, ///< text of digits
    stb_ca_id,       ///< text of digits
    service_ca_id,   ///< text of digits
    distribution,    ///< text: the CRM's subscription provisioning distributor
    message,         ///< text
    date,            ///< text: ISO 8601 date and time with a zone, kept as written
    duration,        ///< integer, seconds
    count,           ///< integer
    interval,        ///< integer, seconds, in steps of 10
    position,        ///< integer
    height,          ///< integer
    slot,            ///< integer
    pin,             ///< text of digits; a secret
    number,          ///< text, or an integer that is turned into text
    smartcards,      ///< list of {smartcard_ca_id, smartcard_sub_provisioning_distribution_id}
    stbs,            ///< list of {stb_ca_id, stb_sub_provisioning_distribution_id}
};

/// One parameter of a command: the contract between CRM, planner and binding.
struct parameter {
    std::string_view name;
    parameter_kind kind;
    bool
        mandatory; ///< must be given by the CRM, and used by the binding; one with a default is not mandatory
};

/// The parameters of a command, in the order of the documentation. Beyond this table, ADD_TO_EXISTING_PAIRING
/// needs at least one smartcard or STB to add. Sources: names and meaning are the CRM's; `start_date` and
/// `end_date` (the window of an entitlement) are ours.
[[nodiscard]] std::span<const parameter> parameters_of(command_type type);

} // namespace contego
