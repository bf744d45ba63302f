// The pairing commands of the CAS.
#include "simulator/cas.hpp"

#include <algorithm>

namespace contego::simulator {
namespace {

std::set<std::string> set_of(const std::vector<std::string>& numbers) {
    return {numbers.begin(), numbers.end()};
}

} // namespace

std::size_t cas::pairing_of_card(const std::string& number) const {
    const auto card = cards_.find(number);
    return card == cards_.end() ? 0 : card->second.pairing;
}

std::size_t cas::pairing_of_box(const std::string& number) const {
    const auto box = box_pairings_.find(number);
    return box == box_pairings_.end() ? 0 : box->second;
}

void cas::join(std::size_t pairing, const call& c) {
    auto& members = pairings_.at(pairing - 1);
    for (const auto& number : c.cards) {
        cards_[number].pairing = pairing;
        members.cards.insert(number);
    }
    for (const auto& number : c.boxes) {
        box_pairings_[number] = pairing;
        members.boxes.insert(number);
    }
}

answer cas::create_pairing(const call& c, moment) {
    const auto free_card = [this](const std::string& number) { return pairing_of_card(number) == 0; };
    const auto free_box = [this](const std::string& number) { return pairing_of_box(number) == 0; };
    if (std::ranges::all_of(c.cards, free_card) && std::ranges::all_of(c.boxes, free_box)) {
        pairings_.emplace_back();
        join(pairings_.size(), c);
        return answer::ok(true);
    }
    if (const auto pairing = pairing_of_card(c.cards.front()); pairing != 0) {
        const auto& members = pairings_.at(pairing - 1);
        if (members.cards == set_of(c.cards) && members.boxes == set_of(c.boxes))
            return answer::no("ALREADY_PAIRED", "These clients and pairing modules are paired already");
    }
    return answer::no("PAIRED_WITH_ANOTHER", "A client or pairing module is part of another pairing");
}

answer cas::extend_pairing(const call& c, moment) {
    const auto pairing = pairing_of_card(c.paired_card);
    if (pairing == 0) return answer::no("PAIRING_NOT_FOUND", "Client " + c.paired_card + " is not paired");
    bool changed = false;
    const auto joins = [&](std::size_t present) {
        changed |= present == 0;
        return present == 0 || present == pairing;
    };
    const bool cards_join =
        std::ranges::all_of(c.cards, joins, [this](const auto& n) { return pairing_of_card(n); });
    const bool boxes_join =
        std::ranges::all_of(c.boxes, joins, [this](const auto& n) { return pairing_of_box(n); });
    if (!cards_join || !boxes_join)
        return answer::no("PAIRED_WITH_ANOTHER", "A client or pairing module is part of another pairing");
    if (!changed) return answer::no("ALREADY_PAIRED", "These clients and pairing modules are paired already");
    join(pairing, c);
    return answer::ok(true);
}

answer cas::card_pairing(const call& c, moment) {
    auto a = answer::ok(false);
    const auto pairing = pairing_of_card(c.cards.front());
    a.paired = pairing != 0;
    if (pairing != 0) {
        const auto& boxes = pairings_.at(pairing - 1).boxes;
        a.partners.assign(boxes.begin(), boxes.end());
    }
    return a;
}

answer cas::box_pairing(const call& c, moment) {
    auto a = answer::ok(false);
    const auto pairing = pairing_of_box(c.boxes.front());
    a.paired = pairing != 0;
    if (pairing != 0) {
        const auto& cards = pairings_.at(pairing - 1).cards;
        a.partners.assign(cards.begin(), cards.end());
    }
    return a;
}

} // namespace contego::simulator
