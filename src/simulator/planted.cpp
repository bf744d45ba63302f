// What a test plants in the CAS, so that it differs from what its manager believes.
#include "simulator/cas.hpp"

#include <algorithm>
#include <stdexcept>

namespace contego::simulator {
namespace {

std::string text_at(const value& from, std::string_view name, bool needed) {
    const auto* v = from.find(name);
    if (v == nullptr && !needed) return {};
    if (v != nullptr && v->text() != nullptr) return *v->text();
    throw std::invalid_argument("card: " + std::string(name) + " must be a text");
}

const value::list* list_at(const value& from, std::string_view name) {
    const auto* v = from.find(name);
    if (v != nullptr && v->items() == nullptr)
        throw std::invalid_argument("card: " + std::string(name) + " must be a list");
    return v == nullptr ? nullptr : v->items();
}

std::vector<subscription> subscriptions_of(const value::list& items) {
    std::vector<subscription> all;
    for (const auto& one : items)
        all.push_back({.service = text_at(one, "service_ca_id", true),
                       .start = text_at(one, "start_date", false),
                       .end = text_at(one, "end_date", false)});
    std::ranges::sort(all, {}, &subscription::service);
    return all;
}

std::vector<std::string> texts_of(const value::list& items) {
    std::vector<std::string> all;
    for (const auto& one : items) {
        if (one.text() == nullptr) throw std::invalid_argument("card: stbs must hold texts");
        all.push_back(*one.text());
    }
    return all;
}

} // namespace

planted_card planted_card::parse(const value& document) {
    if (document.members() == nullptr) throw std::invalid_argument("card: must be an object");
    for (const auto& [name, v] : *document.members())
        if (name != "smartcard" && name != "subscriptions" && name != "stbs" && name != "unknown")
            throw std::invalid_argument("card: " + name + " is not known");
    planted_card p;
    p.number = text_at(document, "smartcard", true);
    if (const auto* items = list_at(document, "subscriptions")) p.subscriptions = subscriptions_of(*items);
    if (const auto* items = list_at(document, "stbs")) p.boxes = texts_of(*items);
    if (const auto* v = document.find("unknown")) {
        if (v->boolean() == nullptr) throw std::invalid_argument("card: unknown must be true or false");
        p.unknown = *v->boolean();
    }
    return p;
}

void cas::leave(const std::string& card, const std::vector<std::string>& boxes) {
    auto& record = cards_[card];
    if (record.pairing != 0) {
        auto& members = pairings_.at(record.pairing - 1);
        members.cards.erase(card);
        if (members.cards.empty()) { // boxes without a card are paired with nothing
            for (const auto& box : members.boxes)
                box_pairings_.erase(box);
            members.boxes.clear();
        }
        record.pairing = 0;
    }
    for (const auto& box : boxes)
        if (const auto pairing = pairing_of_box(box); pairing != 0) {
            pairings_.at(pairing - 1).boxes.erase(box);
            box_pairings_.erase(box);
        }
}

void cas::plant(const planted_card& p) {
    if (p.subscriptions) cards_[p.number].subscriptions = *p.subscriptions;
    if (p.boxes) {
        leave(p.number, *p.boxes);
        if (!p.boxes->empty()) {
            call c;
            c.cards = {p.number};
            c.boxes = *p.boxes;
            pairings_.emplace_back();
            join(pairings_.size(), c);
        }
    }
    if (p.unknown.value_or(false)) unknown_.insert(p.number);
    if (p.unknown && !*p.unknown) unknown_.erase(p.number);
}

} // namespace contego::simulator
