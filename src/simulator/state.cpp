// The state of the CAS as JSON, for checks.
#include "simulator/cas.hpp"

namespace contego::simulator {
namespace {

value list_of(const std::set<std::string>& numbers) {
    return value::list(numbers.begin(), numbers.end());
}

value describe(const subscription& s) {
    value::object o{{"service_ca_id", s.service}};
    if (!s.start.empty()) o.emplace("start_date", s.start);
    if (!s.end.empty()) o.emplace("end_date", s.end);
    return o;
}

value::list list_of(const std::vector<subscription>& all) {
    value::list items;
    for (const auto& s : all)
        items.push_back(describe(s));
    return items;
}

/// Lists messages or fingerprints. Members that are not set are left out.
template <class Shown>
value::list list_of(const std::vector<Shown>& all, const char* number_name) {
    value::list items;
    for (const auto& s : all) {
        value::object o;
        if (!s.text.empty()) o.emplace("message", s.text);
        if (!s.start.empty()) o.emplace("start", s.start);
        if (s.duration) o.emplace("display_duration", *s.duration);
        if (s.count) o.emplace(number_name, *s.count);
        items.emplace_back(std::move(o));
    }
    return items;
}

} // namespace

value cas::describe(const card_record& card, bool secrets) const {
    value::object o{{"subscriptions", list_of(card.subscriptions)},
                    {"pin", secrets ? value(card.pin) : value("****")},
                    {"mails", list_of(card.mails, "repetition_count")},
                    {"barks", list_of(card.barks, "repetition_count")},
                    {"fingerprints", list_of(card.fingerprints, "fingerprint_slot")},
                    {"paired", card.pairing != 0}};
    if (card.pairing != 0) o.emplace("stbs", list_of(pairings_.at(card.pairing - 1).boxes));
    return o;
}

value cas::card_state(const std::string& number, bool secrets) const {
    const auto card = cards_.find(number);
    return card == cards_.end() ? value::object() : describe(card->second, secrets);
}

value::object cas::state(bool secrets) const {
    value::object cards;
    for (const auto& [number, card] : cards_)
        cards.emplace(number, describe(card, secrets));
    value::list pairings;
    for (const auto& p : pairings_)
        pairings.emplace_back(value::object{{"smartcards", list_of(p.cards)}, {"stbs", list_of(p.boxes)}});
    return {{"cards", std::move(cards)}, {"pairings", std::move(pairings)}};
}

} // namespace contego::simulator
