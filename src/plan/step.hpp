#pragma once

#include "plan/distributions.hpp"
#include <contego/command.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego::planning {

/// A number of an item; one request is far too small for more than 32 bits.
using position = std::uint32_t;

/// A command of a CRM action that is not written out yet: what it is about stands in the request.
struct step {
    command_type type{};
    std::optional<bool> only_if_paired;
    position distribution = 0;
    position smartcard = 0; ///< among those that the distribution has, and those removed after them
    position service = 0;   ///< the same; for ADD_SUBSCRIPTIONS and CANCEL_SUBSCRIPTIONS
};

using steps = std::vector<step>;

/// The smartcard, or service, of that number: first those that the distribution has, then those removed.
[[nodiscard]] const std::string& id_at(const id_list& has, const id_list& removed, position at);

/// The command, written out.
[[nodiscard]] command command_of(const step& s, const asked& a);

} // namespace contego::planning
