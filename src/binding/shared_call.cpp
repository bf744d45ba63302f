#include "binding/compiled.hpp"
#include "binding/disclose.hpp"
#include "binding/likeness.hpp"
#include "binding/read.hpp"
#include "binding/utf_8.hpp"
#include <contego/violation.hpp>

#include <algorithm>
#include <map>
#include <utility>

// The members of binding that are about calls which several requests share.
namespace contego {
namespace {

constexpr std::size_t longest_card = 60;

/// The values outside the repeated element.
sending sending_of(std::span<const call_item> items) {
    auto of_call = items.front().how;
    of_call.is_shared = items.size() > 1;
    return of_call;
}

/// The answer is stored with each request, so together they are not larger than one answer may be.
void cut_to_share(std::string& stored, std::size_t requests) {
    constexpr std::size_t longest = std::size_t{1} << 20U;
    if (requests > 1) stored = shortened(stored, longest / requests);
}

reply not_named() {
    reply r;
    r.outcome = outcome::hold;
    r.error_code = "UNREADABLE_ANSWER";
    r.error_description = "the answer names other smartcards of the call, but not this one";
    r.decided_by.rule = "a command whose smartcard is not named in the answer is held";
    return r;
}

reply named_twice() {
    auto r = not_named();
    r.error_description = "the answer names the smartcard twice, with different statuses";
    return r;
}

/// The answer with one of its items. A long answer is left out, since it would be stored with each request.
std::string text_for(const wire::item_replies& items, const std::string& item) {
    constexpr std::size_t longest = std::size_t{64} << 10U;
    if (items.before.size() + items.after.size() > longest) return item;
    return items.before + item + items.after;
}

/// The items of an answer by smartcard, and which of them belong to the call.
class items_by_card {
public:
    explicit items_by_card(const wire::item_replies& items) {
        for (const auto& item : items.all) {
            const auto [place, is_new] = by_card_.try_emplace(item.card, entry{.item = &item});
            if (!is_new && place->second.item->is.status_code != item.is.status_code)
                place->second.is_contradicted = true;
        }
        by_card_.erase(std::string());
    }

    struct entry {
        const wire::item_reply* item;
        bool is_contradicted = false;
        bool is_ours = false;
    };

    /// Returns the entry of a smartcard of the call; nullptr if the answer does not name it.
    const entry* find(const std::string& card) {
        const auto found = by_card_.find(card);
        if (found == by_card_.end()) return nullptr;
        found->second.is_ours = true;
        return &found->second;
    }

    /// Returns a smartcard that was not found; empty if there is none.
    [[nodiscard]] std::string stranger() const {
        const auto other = std::ranges::find_if(by_card_, [](const auto& e) { return !e.second.is_ours; });
        return other == by_card_.end() ? std::string() : other->first;
    }

private:
    std::map<std::string, entry> by_card_;
};

} // namespace

const plural_rule* binding::plural(command_type type) const {
    const auto& rule = compiled_->of(type).plural;
    return rule ? &*rule : nullptr;
}

std::size_t binding::most_in_call() const {
    return compiled_->most_in_call;
}

std::string binding::likeness(const command& c) const {
    const auto& known = compiled_->of(c.type);
    std::string out(name_of(c.type));
    wire::append_likeness(out, known.request, c.parameters);
    for (const auto& h : known.headers)
        wire::append_likeness(out, h.value, c.parameters);
    wire::append_likeness(out, known.correlates.equals, c.parameters);
    return out;
}

prepared_call binding::prepare(std::span<const call_item> items) const {
    const auto& first = *items.front().what;
    const auto& known = compiled_->of(first.type);
    const auto of_call = sending_of(items);
    auto alone = prepared(known, first.parameters, of_call);
    prepared_call out{.wire = std::move(alone.wire), .masked = {}};
    out.wire.body = wire::render(known.request, items, of_call, *here_).text;
    const auto note = "<!-- one of " + std::to_string(items.size()) + " requests in this call -->";
    for (const auto& item : items) {
        const auto shown = wire::render(known.request, {&item, 1}, of_call, *here_);
        out.masked.push_back(in_utf_8(wire::masked_text(shown)) + note);
    }
    return out;
}

call_interpretation binding::interpret(std::span<const call_item> items, const exchange& e) const {
    const auto& first = *items.front().what;
    const auto& known = compiled_->of(first.type);
    const auto of_call = sending_of(items);
    const wire::veil veil(first, here_->secrets, of_call.session);
    auto body = wire::body_text_of(e, wire::most_bytes_stored(veil));
    auto stored = wire::storable_body(veil, body);
    wire::item_replies found;
    auto whole = wire::read_exchange({known, first, &of_call, veil, &found}, e, std::move(body));
    call_interpretation out;
    if (found.all.empty()) {
        auto answer = wire::disclosed(std::move(whole), veil, stored);
        cut_to_share(stored, items.size());
        out.each.assign(items.size(), {.answer = std::move(answer), .storable = std::move(stored)});
        return out;
    }
    out.is_joint = false;
    items_by_card by_card(found);
    for (const auto& item : items) {
        const auto card = wire::render(known.card, item.what->parameters, item.how, *here_).text;
        const auto* named = by_card.find(card);
        const auto text = text_for(found, named == nullptr ? std::string() : named->item->text);
        auto shown = wire::storable_body(veil, {.bytes = text, .text = {}, .is_whole = true});
        auto is = named == nullptr ? not_named() : named->is_contradicted ? named_twice() : named->item->is;
        is.retry_after = e.retry_after;
        if (is.decided_by.line == 0) is.decided_by.line = known.reply_line;
        auto answer = wire::disclosed(std::move(is), veil, shown);
        cut_to_share(shown, items.size());
        out.each.push_back({.answer = std::move(answer), .storable = std::move(shown)});
    }
    out.stranger = shortened(wire::cleaned(by_card.stranger()), longest_card);
    return out;
}

std::vector<named_reply> binding::items_in(const command& c, const exchange& e) const {
    const wire::veil veil(c, here_->secrets);
    wire::item_replies found;
    static_cast<void>(wire::read_exchange({compiled_->of(c.type), c, nullptr, veil, &found},
                                          e,
                                          wire::body_text_of(e, wire::most_bytes_stored(veil))));
    std::vector<named_reply> out;
    out.reserve(found.all.size());
    for (auto& item : found.all)
        out.push_back({.card = shortened(wire::cleaned(item.card), longest_card),
                       .answer = wire::disclosed(std::move(item.is), veil, item.text)});
    return out;
}

} // namespace contego
