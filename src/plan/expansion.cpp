#include "plan/expansion.hpp"

#include "plan/authorisation.hpp"
#include "plan/distributions.hpp"
#include "plan/pairing.hpp"
#include "plan/permitted.hpp"

#include <initializer_list>
#include <iterator>
#include <utility>

namespace contego::planning {
namespace {

// One request may not take the memory of a daemon that works for everyone. The largest household is far below
// it.
constexpr std::size_t most_pairs = 100'000;

std::vector<command> joined(std::initializer_list<std::vector<command>*> parts) {
    std::vector<command> all;
    for (auto* part : parts)
        all.insert(all.end(), std::move_iterator(part->begin()), std::move_iterator(part->end()));
    return all;
}

void check_size(const value::object& parameters, const asked& a, findings& found) {
    if (pairs_of(a) > most_pairs)
        found.add("distributions",
                  parameters.at("distributions"),
                  "must come to at most " + std::to_string(most_pairs) + " pairs of smartcard and service");
}

} // namespace

std::vector<command>
expand(const row& r, const value::object& parameters, const limits& site, findings& found) {
    const auto a = asked_from(parameters, site, found);
    check_permitted(r, a, found);
    check_size(parameters, a, found);
    // Nothing is authorised for a draft yet, so there is nothing to add to and nothing to cut.
    auto pairing = a.draft ? std::vector<command>{} : pairings(r, a, site, found);
    if (a.draft || !found.empty()) return {};

    auto adds = additions(r, a);
    auto cancels = cancellations(r, a);
    return a.cancel_first ? joined({&cancels, &pairing, &adds}) : joined({&pairing, &adds, &cancels});
}

} // namespace contego::planning
