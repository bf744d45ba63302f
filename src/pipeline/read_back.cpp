#include "pipeline/read_back.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace contego::pipeline {
namespace {

std::string text_of(const value::object& o, std::string_view name) {
    const auto found = o.find(std::string(name));
    const auto* text = found == o.end() ? nullptr : found->second.text();
    return text == nullptr ? std::string() : *text;
}

/// Returns the CA IDs of a list of objects, such as `smartcards` of a pairing command.
std::vector<std::string> ids_of(const value::object& o, const std::string& list, std::string_view member) {
    std::vector<std::string> ids;
    const auto found = o.find(list);
    if (found == o.end() || found->second.items() == nullptr) return ids;
    for (const auto& item : *found->second.items())
        if (item.members() != nullptr) ids.push_back(text_of(*item.members(), member));
    return ids;
}

/// Returns a card that the command pairs. Its pairing status shows whether the command was done.
std::string card_of(const command& c) {
    const auto cards = ids_of(c.parameters, "smartcards", "smartcard_ca_id");
    return cards.empty() ? text_of(c.parameters, "smartcard_ca_id") : cards.front();
}

// Dates are not compared: the CAS may write them in any format.
std::optional<bool> is_subscribed(const command& c, const value& answer) {
    const auto* all = answer.find("subscriptions");
    if (all == nullptr || all->items() == nullptr) return std::nullopt;
    const auto service = text_of(c.parameters, "service_ca_id");
    return std::ranges::any_of(*all->items(), [&](const value& one) {
        return one.members() != nullptr && text_of(*one.members(), "service_ca_id") == service;
    });
}

bool has_window(const command& c) {
    return c.parameters.contains("start_date") || c.parameters.contains("end_date");
}

std::optional<bool> is_paired(const command& c, const value& answer, bool one_each) {
    const auto* paired = answer.find("paired");
    if (paired == nullptr || paired->boolean() == nullptr) return std::nullopt;
    if (!*paired->boolean()) return false;
    const auto* with = answer.find("stbs");
    const auto wanted = ids_of(c.parameters, "stbs", "stb_ca_id");
    if (with == nullptr || with->items() == nullptr || wanted.empty()) return std::nullopt;
    const bool all = std::ranges::all_of(wanted, [&](const std::string& stb) {
        return std::ranges::any_of(*with->items(), [&](const value& one) { return one == value(stb); });
    });
    if (all) return true;
    return one_each || c.type == command_type::add_to_existing_pairing ? std::optional(false) : std::nullopt;
}

} // namespace

std::optional<command> read_back_of(const command& c) {
    command get;
    switch (c.type) {
    case command_type::add_subscriptions:
    case command_type::cancel_subscriptions:
        get.type = command_type::get_active_subscriptions;
        get.parameters = {{"smartcard_ca_id", text_of(c.parameters, "smartcard_ca_id")}};
        return get;
    case command_type::create_pairing:
    case command_type::add_to_existing_pairing:
        get.type = command_type::get_pairing_status_for_card;
        get.parameters = {{"smartcard_ca_id", card_of(c)}};
        return get;
    default:
        return std::nullopt;
    }
}

std::optional<command> harmless_get_like(const command& c) {
    if (auto get = read_back_of(c)) return get;
    const auto card = text_of(c.parameters, "smartcard_ca_id");
    if (card.empty()) return std::nullopt;
    command get;
    get.type = command_type::get_active_subscriptions;
    get.parameters = {{"smartcard_ca_id", card}};
    return get;
}

std::optional<bool> was_done(const command& c, const value& answer, bool one_each) {
    switch (c.type) {
    case command_type::add_subscriptions: {
        const auto subscribed = is_subscribed(c, answer);
        if (subscribed.value_or(false) && has_window(c)) return std::nullopt;
        return subscribed;
    }
    case command_type::cancel_subscriptions: {
        const auto subscribed = is_subscribed(c, answer);
        if (!subscribed) return std::nullopt;
        return !*subscribed;
    }
    case command_type::create_pairing:
    case command_type::add_to_existing_pairing:
        return is_paired(c, answer, one_each);
    default:
        return std::nullopt;
    }
}

} // namespace contego::pipeline
