#pragma once

#include <contego/command_type.hpp>

#include <span>
#include <string_view>

namespace contego {

/// The type of a command's parameter. The limits say which values are accepted.
enum class parameter_kind {
    smartcard_ca_id, ///< text of digits
    stb_ca_id,       ///< text of digits
    service_ca_id,   ///< text of digits
    distribution,    ///< text: the CRM's subscription provisioning distributor
    message,         ///< text
    date,            ///< text: ISO 8601 date and time with a zone, kept unchanged
    duration,        ///< integer, seconds
    count,           ///< integer
    interval,        ///< integer, seconds, in steps of 10
    position,        ///< integer
    height,          ///< integer
    slot,            ///< integer
    pin,             ///< text of digits; a secret
    number,          ///< text, or an integer that is converted to text
    smartcards,      ///< list of {smartcard_ca_id, smartcard_sub_provisioning_distribution_id}
    stbs,            ///< list of {stb_ca_id, stb_sub_provisioning_distribution_id}
};

/// One parameter of a command. CRM, planner and binding all rely on it.
struct parameter {
    std::string_view name;
    parameter_kind kind;
    bool mandatory; ///< the CRM must give it, the binding must use it; false if it has a default
};

/// Returns the parameters of a command, in the order of the documentation.
///
/// In addition, ADD_TO_EXISTING_PAIRING needs at least one smartcard or STB to add. Names and meanings come
/// from the CRM, except `start_date` and `end_date` (the window of an entitlement), which are ours.
[[nodiscard]] std::span<const parameter> parameters_of(command_type type);

} // namespace contego
