#pragma once

#include <contego/command_type.hpp>
#include <contego/value.hpp>

#include <optional>
#include <string_view>

namespace contego {

/// One call to the CAS, as planned: validated, and complete but for the wire names.
struct command {
    command_type type{};

    /// Flat parameters named as in the direct commands (`smartcard_ca_id`, `service_ca_id`, ...); the two
    /// pairing commands carry the lists `smartcards` and `stbs` of objects. Identifiers are strings, numbers
    /// are integers, defaults are filled in.
    value::object parameters;

    /// Set where a pairing command is sent only if the card is paired (true) or is not (false). What decides
    /// is the answer to the nearest GET_PAIRING_STATUS_FOR_CARD before it in the same plan; a command whose
    /// condition does not hold is skipped, not sent.
    std::optional<bool> only_if_paired;

    friend bool operator==(const command&, const command&) = default;
};

/// Whether what a member of that name holds is a secret: the name has `pin` in it, in any case (`new_pin`,
/// and what it is misspelt as).
[[nodiscard]] bool is_secret(std::string_view name);

/// The parameters with every secret replaced by `****`. The only form that is stored, logged or printed.
/// Works on any object, at any depth.
[[nodiscard]] value::object masked(const value::object& parameters);

} // namespace contego
