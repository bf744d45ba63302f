#include "plan/expansion.hpp"

#include "plan/authorisation.hpp"
#include "plan/distributions.hpp"
#include "plan/pairing.hpp"
#include "plan/permitted.hpp"
#include <contego/plan.hpp>

#include <initializer_list>
#include <memory>
#include <utility>

namespace contego::planning {
namespace {

// Every pair is compared, even if it does not change.
constexpr std::size_t most_pairs = 100'000;

void too_many(std::size_t count, const value::object& parameters, findings& found) {
    found.add("distributions",
              parameters.at("distributions"),
              "must lead to at most " + std::to_string(most_commands) + " commands, and would lead to " +
                  std::to_string(count));
}

/// Counts without enumerating the pairs.
void check_size(const row& r, const value::object& parameters, const asked& a, findings& found) {
    if (pairs_of(a) <= most_pairs) return;
    if (const auto count = most_authorisations(r, a); count > most_commands)
        too_many(count, parameters, found);
    else
        found.add("distributions",
                  parameters.at("distributions"),
                  "must lead to at most " + std::to_string(most_pairs) + " pairs of smartcard and service");
}

steps joined(std::initializer_list<const steps*> parts) {
    steps all;
    for (const auto* part : parts)
        all.insert(all.end(), part->begin(), part->end());
    return all;
}

} // namespace

command_list expand(const row& r, const value::object& parameters, const limits& site, findings& found) {
    const auto a = std::make_shared<const asked>(asked_from(parameters, site, found));
    check_permitted(r, *a, found);
    // Nothing is authorised for a draft yet, so there is nothing to add and nothing to cancel.
    if (a->draft) return {};
    const auto pairing = pairings(r, *a, site, found);
    if (found.empty()) check_size(r, parameters, *a, found);
    if (!found.empty()) return {};

    const auto adds = additions(r, *a);
    const auto cancels = cancellations(r, *a);
    const auto count = pairing.size() + adds.size() + cancels.size();
    if (count > most_commands) {
        too_many(count, parameters, found);
        return {};
    }
    auto all = a->cancel_first ? joined({&cancels, &pairing, &adds}) : joined({&pairing, &adds, &cancels});
    return {count, [a, all = std::move(all)](std::size_t at) { return command_of(all[at], *a); }};
}

} // namespace contego::planning
