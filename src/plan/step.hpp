#pragma once

#include "plan/distributions.hpp"
#include <contego/command.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace contego::planning {

/// The index of an item. A request is far too small for more than 32 bits.
using position = std::uint32_t;

/// A command of a CRM action in a short form. Its values are in the request.
struct step {
    command_type type{};
    std::optional<bool> only_if_paired;
    position distribution = 0;
    position smartcard = 0; ///< index into the distribution's cards, followed by its removed cards
    position service = 0;   ///< the same for services; for ADD_SUBSCRIPTIONS and CANCEL_SUBSCRIPTIONS
};

using steps = std::vector<step>;

/// Returns the smartcard or service at an index into `has`, followed by `removed`.
[[nodiscard]] const std::string& id_at(const id_list& has, const id_list& removed, position at);

/// Makes the complete command of a step.
[[nodiscard]] command command_of(const step& s, const asked& a);

} // namespace contego::planning
