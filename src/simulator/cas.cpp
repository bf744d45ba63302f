#include "simulator/cas.hpp"

#include "vocabulary/enum_table.hpp"

#include <algorithm>

namespace contego::simulator {
namespace {

/// Returns the position of the service in a card's list, or the position where it would be inserted.
auto place_of(std::vector<subscription>& all, const std::string& service) {
    return std::ranges::lower_bound(all, service, {}, &subscription::service);
}

} // namespace

cas::cas(population p, std::uint64_t seed) : population_(std::move(p)), random_(seed) {}

std::string cas::next_reference() {
    // A UUID of version 4: all digits are random except version and variant.
    std::string text = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
    std::uint64_t bits = 0;
    int left = 0;
    for (auto& c : text) {
        if (c != 'x') continue;
        if (left == 0) {
            bits = random_();
            left = 16;
        }
        c = "0123456789abcdef"[bits & 0xfU];
        bits >>= 4U;
        --left;
    }
    return text;
}

answer cas::apply(const call& c, moment now) {
    using doing = answer (cas::*)(const call&, moment);
    constexpr enum_table<command_type, doing> table{{
        {command_type::add_subscriptions, &cas::add},
        {command_type::cancel_subscriptions, &cas::cancel},
        {command_type::create_pairing, &cas::create_pairing},
        {command_type::add_to_existing_pairing, &cas::extend_pairing},
        {command_type::get_active_subscriptions, &cas::active},
        {command_type::get_pairing_status_for_card, &cas::card_pairing},
        {command_type::get_pairing_status_for_pairing_module, &cas::box_pairing},
        {command_type::send_mail_message_to_client, &cas::mail},
        {command_type::send_bark_message_to_client, &cas::bark},
        {command_type::send_repeating_bark_message_to_client, &cas::bark},
        {command_type::display_fingerprint, &cas::fingerprint},
        {command_type::update_ca_pin_to_default_value, &cas::default_pin},
        {command_type::update_ca_pin_to_given_value, &cas::given_pin},
    }};
    auto a = refuse(c);
    if (!a) a = (this->*table.of(c.command))(c, now);
    a->reference = next_reference();
    return *std::move(a);
}

std::optional<answer> cas::refuse(const call& c) const {
    if (!c.mistake.empty()) return answer::no("INPUT_VALIDATION_ERROR", c.mistake);
    if (population_.unavailable.contains(c.command))
        return answer::no("FEATURE_NOT_AVAILABLE", "This operation is not part of the licence");
    auto cards = c.cards;
    if (!c.paired_card.empty()) cards.insert(cards.begin(), c.paired_card);
    for (const auto& card : cards) {
        if (holds(population_.foreign, card))
            return answer::no("CLIENT_NOT_MANAGED_BY_SMS",
                              "Client " + card + " is managed by another system");
        if (!holds(population_.cards, card) || unknown_.contains(card))
            return answer::no("CLIENT_NOT_FOUND", "Client " + card + " does not exist");
    }
    for (const auto& box : c.boxes)
        if (!holds(population_.boxes, box))
            return answer::no("PAIRING_MODULE_NOT_FOUND", "Pairing module " + box + " does not exist");
    for (const auto& service : c.services)
        if (!holds(population_.services, service))
            return answer::no("PRODUCT_NOT_FOUND", "Service " + service + " does not exist");
    return std::nullopt;
}

answer cas::add(const call& c, moment) {
    bool changed = false;
    for (const auto& number : c.cards) {
        auto& all = cards_[number].subscriptions;
        for (const auto& service : c.services) {
            const subscription wanted{.service = service, .start = c.start, .end = c.end};
            const auto place = place_of(all, service);
            if (place == all.end() || place->service != service)
                all.insert(place, wanted);
            else if (*place != wanted)
                *place = wanted;
            else
                continue;
            changed = true;
        }
    }
    return changed ? answer::ok(true)
                   : answer::no("ALREADY_SUBSCRIBED", "All clients have these services already");
}

answer cas::cancel(const call& c, moment) {
    bool changed = false;
    for (const auto& number : c.cards) {
        const auto card = cards_.find(number);
        if (card == cards_.end()) continue;
        for (const auto& service : c.services)
            changed |= std::erase_if(card->second.subscriptions,
                                     [&](const subscription& s) { return s.service == service; }) != 0;
    }
    return changed ? answer::ok(true) : answer::no("NOT_SUBSCRIBED", "No client has any of these services");
}

answer cas::active(const call& c, moment now) {
    auto a = answer::ok(false);
    const auto card = cards_.find(c.cards.front());
    if (card == cards_.end()) return a;
    for (const auto& s : card->second.subscriptions) {
        const auto end = moment_of(s.end);
        if (!end || *end > now) a.subscriptions.push_back(s);
    }
    return a;
}

answer cas::mail(const call& c, moment) {
    for (const auto& number : c.cards)
        cards_[number].mails.push_back({c.message, c.start, c.duration, c.count});
    return answer::ok(true);
}

answer cas::bark(const call& c, moment) {
    for (const auto& number : c.cards)
        cards_[number].barks.push_back({c.message, c.start, c.duration, c.count});
    return answer::ok(true);
}

answer cas::fingerprint(const call& c, moment) {
    for (const auto& number : c.cards)
        cards_[number].fingerprints.push_back({{}, c.start, c.duration, c.slot});
    return answer::ok(true);
}

answer cas::default_pin(const call& c, moment) {
    for (const auto& number : c.cards)
        cards_[number].pin = card_record().pin;
    return answer::ok(true);
}

answer cas::given_pin(const call& c, moment) {
    for (const auto& number : c.cards)
        cards_[number].pin = c.pin;
    return answer::ok(true);
}

void cas::reset() {
    cards_.clear();
    box_pairings_.clear();
    pairings_.clear();
    unknown_.clear();
}

} // namespace contego::simulator
