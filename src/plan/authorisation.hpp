#pragma once

#include "plan/distributions.hpp"
#include "plan/matrix.hpp"
#include "plan/step.hpp"

#include <cstddef>

namespace contego::planning {

/// Returns how many pairs of smartcard and service must be compared. The work grows with this number.
[[nodiscard]] std::size_t pairs_of(const asked& a);

/// Returns an upper bound for the ADD_SUBSCRIPTIONS and CANCEL_SUBSCRIPTIONS of the action, without comparing
/// the pairs one by one. It is too high if distributors share a pair. Precondition: no violation was found.
[[nodiscard]] std::size_t most_authorisations(const row& r, const asked& a);

/// Returns an ADD_SUBSCRIPTIONS for each service that a card gains, in the order of distribution, card and
/// service. All distributors are considered together. So a card or service that moves from one to another is
/// neither added again nor cancelled.
[[nodiscard]] steps additions(const row& r, const asked& a);

/// Returns a CANCEL_SUBSCRIPTIONS for each service that a card loses. It never names a pair that `additions`
/// names.
[[nodiscard]] steps cancellations(const row& r, const asked& a);

} // namespace contego::planning
