#pragma once

#include <contego/command_type.hpp>
#include <contego/value.hpp>

#include <optional>
#include <string_view>

namespace contego {

/// One planned call to the CAS: validated, and complete except for the wire names.
struct command {
    command_type type{};

    /// Flat parameters with the names of the direct commands (`smartcard_ca_id`, `service_ca_id`, ...). The
    /// two pairing commands carry lists of objects, `smartcards` and `stbs`. Identifiers are strings, numbers
    /// are integers, and defaults are filled in.
    value::object parameters;

    /// Set if a pairing command is sent only when the card is paired (true) or only when it is not (false).
    /// The answer to the nearest GET_PAIRING_STATUS_FOR_CARD before it in the same plan decides. If the
    /// condition does not hold, the command is skipped, not sent.
    std::optional<bool> only_if_paired;

    friend bool operator==(const command&, const command&) = default;
};

/// Returns whether a member of that name holds a secret: the name contains `pin` in any case, such as
/// `new_pin` or a misspelling of it.
[[nodiscard]] bool is_secret(std::string_view name);

/// Returns the parameters with every secret replaced by `****`. Only this form is stored, logged or printed.
/// Works on any object, at any depth.
[[nodiscard]] value::object masked(const value::object& parameters);

} // namespace contego
