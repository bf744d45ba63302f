#include "plan/authorisation.hpp"

#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace contego::planning {
namespace {

using positions = std::vector<position>;
using services_of_card = std::map<std::string_view, std::unordered_set<std::string_view>>;

/// The state of a distributor at one moment: each of its cards has each of its services.
struct grant {
    position distribution;
    positions smartcards;
    positions services;
};

using grants = std::vector<grant>;

positions after_change(const id_list& has) {
    positions all(has.ids.size());
    std::iota(all.begin(), all.end(), position{0});
    return all;
}

positions before_change(const id_list& has, const id_list& added, const id_list& removed) {
    const std::unordered_set<std::string_view> fresh(added.ids.begin(), added.ids.end());
    positions all;
    for (position i = 0; i < has.ids.size(); ++i)
        if (!fresh.contains(has.ids[i])) all.push_back(i);
    for (position i = 0; i < removed.ids.size(); ++i)
        all.push_back(static_cast<position>(has.ids.size()) + i);
    return all;
}

grants granted_before(const row& r, const asked& a) {
    grants all;
    // Turning on starts from nothing, even if the CAS still has something: a superfluous ADD does no harm.
    if (r.kind == action_kind::turns_on) return all;
    for (const auto& d : a.distributions)
        all.push_back({static_cast<position>(all.size()),
                       before_change(d.has.smartcards, d.added.smartcards, d.removed.smartcards),
                       before_change(d.has.services, d.added.services, d.removed.services)});
    return all;
}

grants granted_after(const row& r, const asked& a) {
    grants all;
    if (r.kind == action_kind::turns_off) return all;
    for (const auto& d : a.distributions)
        all.push_back({static_cast<position>(all.size()),
                       after_change(d.has.smartcards),
                       after_change(d.has.services)});
    return all;
}

/// Returns one step for every pair of card and service that is in `these` and not in `others`.
steps only_in(const grants& these, const grants& others, command_type type, const asked& a) {
    const auto card_at = [&](const grant& g, position at) -> std::string_view {
        const auto& d = a.distributions[g.distribution];
        return id_at(d.has.smartcards, d.removed.smartcards, at);
    };
    const auto service_at = [&](const grant& g, position at) -> std::string_view {
        const auto& d = a.distributions[g.distribution];
        return id_at(d.has.services, d.removed.services, at);
    };
    services_of_card done;
    for (const auto& g : others)
        for (const auto card : g.smartcards)
            for (const auto service : g.services)
                done[card_at(g, card)].insert(service_at(g, service));
    steps all;
    for (const auto& g : these)
        for (const auto card : g.smartcards)
            for (auto& there = done[card_at(g, card)]; const auto service : g.services)
                if (there.insert(service_at(g, service)).second)
                    all.push_back({type, std::nullopt, g.distribution, card, service});
    return all;
}

} // namespace

std::size_t pairs_of(const asked& a) {
    std::size_t pairs = 0;
    for (const auto& d : a.distributions)
        pairs += (d.has.smartcards.ids.size() + d.removed.smartcards.ids.size()) *
                 (d.has.services.ids.size() + d.removed.services.ids.size());
    return pairs;
}

std::size_t most_authorisations(const row& r, const asked& a) {
    std::size_t count = 0;
    for (const auto& d : a.distributions) {
        const auto cards = d.has.smartcards.ids.size();
        const auto services = d.has.services.ids.size();
        const auto cards_before = cards - d.added.smartcards.ids.size() + d.removed.smartcards.ids.size();
        const auto services_before = services - d.added.services.ids.size() + d.removed.services.ids.size();
        const bool differs = r.kind == action_kind::difference;
        const auto stays =
            differs ? (cards - d.added.smartcards.ids.size()) * (services - d.added.services.ids.size()) : 0;
        if (r.may.add) count += cards * services - stays;
        if (r.may.cancel) count += cards_before * services_before - stays;
    }
    return count;
}

steps additions(const row& r, const asked& a) {
    if (!r.may.add) return {};
    return only_in(granted_after(r, a), granted_before(r, a), command_type::add_subscriptions, a);
}

steps cancellations(const row& r, const asked& a) {
    if (!r.may.cancel) return {};
    return only_in(granted_before(r, a), granted_after(r, a), command_type::cancel_subscriptions, a);
}

} // namespace contego::planning
