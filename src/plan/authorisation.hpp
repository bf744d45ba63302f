#pragma once

#include "plan/distributions.hpp"
#include "plan/matrix.hpp"
#include "plan/step.hpp"

#include <cstddef>

namespace contego::planning {

/// How many pairs of smartcard and service have to be looked at: work grows with it.
[[nodiscard]] std::size_t pairs_of(const asked& a);

/// How many ADD_SUBSCRIPTIONS and CANCEL_SUBSCRIPTIONS the action leads to, counted without looking at the
/// pairs one by one: too many where distributors share a pair. Precondition: nothing was found.
[[nodiscard]] std::size_t most_authorisations(const row& r, const asked& a);

/// The services that the cards gain by the action: ADD_SUBSCRIPTIONS in distribution, card, service order. A
/// card's services are looked at over all distributors together, so that a card or service that moves from
/// one to another is neither added again nor cut.
[[nodiscard]] steps additions(const row& r, const asked& a);

/// The services that the cards lose: CANCEL_SUBSCRIPTIONS. Never names a pair that `additions` names.
[[nodiscard]] steps cancellations(const row& r, const asked& a);

} // namespace contego::planning
