#include "plan/authorisation.hpp"

#include <map>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace contego::planning {
namespace {

using ids = std::vector<std::string_view>;

/// A distributor at one moment: each of its cards has each of its services.
struct grant {
    std::string_view distributor;
    ids smartcards;
    ids services;
};

using grants = std::vector<grant>;
using services_of_card = std::map<std::string_view, std::unordered_set<std::string_view>>;

ids after_change(const id_list& has) {
    return {has.ids.begin(), has.ids.end()};
}

ids before_change(const id_list& has, const id_list& added, const id_list& removed) {
    const std::unordered_set<std::string_view> fresh(added.ids.begin(), added.ids.end());
    ids all;
    for (const auto& id : has.ids)
        if (!fresh.contains(id)) all.emplace_back(id);
    all.insert(all.end(), removed.ids.begin(), removed.ids.end());
    return all;
}

grants granted_before(const row& r, const asked& a) {
    grants all;
    // Turning on starts from nothing, whatever the CAS may still have: an ADD too many does no harm.
    if (r.kind == action_kind::turns_on) return all;
    for (const auto& d : a.distributions)
        all.push_back({d.distributor,
                       before_change(d.has.smartcards, d.added.smartcards, d.removed.smartcards),
                       before_change(d.has.services, d.added.services, d.removed.services)});
    return all;
}

grants granted_after(const row& r, const asked& a) {
    grants all;
    if (r.kind == action_kind::turns_off) return all;
    for (const auto& d : a.distributions)
        all.push_back({d.distributor, after_change(d.has.smartcards), after_change(d.has.services)});
    return all;
}

services_of_card by_card(const grants& all) {
    services_of_card index;
    for (const auto& g : all)
        for (const auto card : g.smartcards)
            index[card].insert(g.services.begin(), g.services.end());
    return index;
}

command subscription(command_type type,
                     std::string_view distributor,
                     std::string_view card,
                     std::string_view service) {
    return {type,
            {{"sub_provisioning_distribution_id", distributor},
             {"smartcard_ca_id", card},
             {"service_ca_id", service}},
            std::nullopt};
}

/// One command for every pair of card and service that is in `these` and not in `others`.
std::vector<command> only_in(const grants& these, const grants& others, command_type type) {
    auto done = by_card(others);
    std::vector<command> commands;
    for (const auto& g : these)
        for (const auto card : g.smartcards)
            for (const auto service : g.services)
                if (done[card].insert(service).second)
                    commands.push_back(subscription(type, g.distributor, card, service));
    return commands;
}

} // namespace

std::size_t pairs_of(const asked& a) {
    std::size_t pairs = 0;
    for (const auto& d : a.distributions)
        pairs += (d.has.smartcards.ids.size() + d.removed.smartcards.ids.size()) *
                 (d.has.services.ids.size() + d.removed.services.ids.size());
    return pairs;
}

std::vector<command> additions(const row& r, const asked& a) {
    if (!r.may.add) return {};
    return only_in(granted_after(r, a), granted_before(r, a), command_type::add_subscriptions);
}

std::vector<command> cancellations(const row& r, const asked& a) {
    if (!r.may.cancel) return {};
    return only_in(granted_before(r, a), granted_after(r, a), command_type::cancel_subscriptions);
}

} // namespace contego::planning
