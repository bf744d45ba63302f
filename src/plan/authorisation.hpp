#pragma once

#include "plan/distributions.hpp"
#include "plan/matrix.hpp"
#include <contego/command.hpp>

#include <cstddef>
#include <vector>

namespace contego::planning {

/// How many pairs of smartcard and service have to be looked at: work and memory grow with it.
[[nodiscard]] std::size_t pairs_of(const asked& a);

/// The services that the cards gain by the action: ADD_SUBSCRIPTIONS in distribution, card, service order. A
/// card's services are looked at over all distributors together, so that a card or service that moves from
/// one to another is neither added again nor cut.
[[nodiscard]] std::vector<command> additions(const row& r, const asked& a);

/// The services that the cards lose: CANCEL_SUBSCRIPTIONS. Never names a pair that `additions` names.
[[nodiscard]] std::vector<command> cancellations(const row& r, const asked& a);

} // namespace contego::planning
