#include "plan/distributions.hpp"

#include "plan/fields.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <unordered_set>

namespace contego::planning {
namespace {

constexpr std::size_t longest_distributor = 100;

constexpr std::array<std::string_view, 3> known_of_request{"distributions", "draft", "order"};
constexpr std::array<std::string_view, 7> known_of_distribution{
    "distributor", "smartcards", "stbs", "services", "paired", "added", "removed"};

/// The three lists that a distributor and each of its changes have.
struct list_kind {
    std::string_view name;
    id_list belongings::* list;
    range limits::* digits;
};

constexpr std::array<list_kind, 3> list_kinds{{
    {"services", &belongings::services, &limits::service_ca_id_digits},
    {"smartcards", &belongings::smartcards, &limits::smartcard_ca_id_digits},
    {"stbs", &belongings::stbs, &limits::stb_ca_id_digits},
}};

constexpr auto known_of_change = [] {
    std::array<std::string_view, list_kinds.size()> names{};
    std::ranges::transform(list_kinds, names.begin(), &list_kind::name);
    return names;
}();

belongings unreadable() {
    return {{{}, false}, {{}, false}, {{}, false}};
}

std::string as_written(const value& v) {
    const auto* text = v.text();
    return text == nullptr ? shown(v) : *text;
}

class decoder {
public:
    decoder(const limits& site, findings& found) : site_(site), found_(found) {}

    asked request(const value::object& parameters) {
        asked a;
        check_members("", parameters, known_of_request, found_);
        a.draft = boolean("draft", given(parameters, "draft")).value_or(false);
        a.cancel_first = cancel_first(given(parameters, "order"));
        a.distributions = distributions(given(parameters, "distributions"));
        return a;
    }

private:
    std::optional<bool> boolean(const std::string& field, const value* v) {
        if (v == nullptr) return std::nullopt;
        if (const auto* b = v->boolean()) return *b;
        found_.add(field, *v, "must be true or false");
        return std::nullopt;
    }

    bool cancel_first(const value* v) {
        if (v == nullptr || *v == value("new_first")) return false;
        if (*v == value("cancel_first")) return true;
        found_.add("order", *v, "must be new_first or cancel_first");
        return false;
    }

    std::vector<distribution> distributions(const value* v) {
        std::vector<distribution> all;
        const auto* items = v == nullptr ? nullptr : v->items();
        if (v == nullptr)
            found_.add_absent("distributions", "is mandatory");
        else if (items == nullptr || items->empty())
            found_.add("distributions", *v, "must be a list of at least one object");
        else
            for (const auto& item : *items)
                all.push_back(one(item_of("distributions", all.size()), item));
        check_names(all);
        return all;
    }

    distribution one(const std::string& field, const value& v) {
        distribution d;
        d.field = field;
        const auto* members = v.members();
        if (members == nullptr) {
            found_.add(field, v, "must be an object");
            d.added = d.removed = unreadable();
            return d;
        }
        check_members(field, *members, known_of_distribution, found_);
        d.distributor = distributor(member_of(field, "distributor"), v.find("distributor"));
        d.has = lists(field, *members);
        d.paired = boolean(member_of(field, "paired"), given(*members, "paired"));
        d.added = changes(member_of(field, "added"), given(*members, "added"));
        d.removed = changes(member_of(field, "removed"), given(*members, "removed"));
        check_state(d);
        return d;
    }

    std::string distributor(const std::string& field, const value* v) {
        if (v == nullptr) {
            found_.add_absent(field, "is mandatory");
            return {};
        }
        const auto good = checked_text(field, *v, longest_distributor, site_.characters, found_);
        return good.value_or("");
    }

    belongings changes(const std::string& field, const value* v) {
        if (v == nullptr) return {};
        const auto* members = v->members();
        if (members == nullptr) {
            found_.add(field, *v, "must be an object");
            return unreadable();
        }
        check_members(field, *members, known_of_change, found_);
        return lists(field, *members);
    }

    belongings lists(const std::string& field, const value::object& members) {
        belongings b;
        for (const auto& kind : list_kinds)
            b.*kind.list = ids(member_of(field, kind.name), given(members, kind.name), site_.*kind.digits);
        return b;
    }

    id_list ids(const std::string& field, const value* v, range digits) {
        if (v == nullptr) return {};
        const auto* items = v->items();
        if (items == nullptr) {
            found_.add(field, *v, "must be a list of CA IDs");
            return {{}, false};
        }
        id_list list;
        list.ids.reserve(items->size()); // `seen` has views into the list, so it must not move
        std::unordered_set<std::string_view> seen;
        for (const auto& item : *items) {
            const auto at = item_of(field, list.ids.size());
            const auto good = checked_digits(at, item, digits, found_);
            list.ids.push_back(good ? *good : as_written(item));
            if (!seen.insert(list.ids.back()).second) found_.add(at, item, "must not be named twice");
        }
        return list;
    }

    /// The plain lists are the state after the action: added items are in them, removed items are not.
    void check_state(const distribution& d) {
        for (const auto& kind : list_kinds) {
            const auto& has = d.has.*kind.list;
            if (!has.readable) continue;
            const std::unordered_set<std::string_view> there(has.ids.begin(), has.ids.end());
            const auto plain =
                std::string(kind.name) + " of the distributor, which says what it has after the action";
            const auto demand = [&](const belongings& changed,
                                    std::string_view side,
                                    bool present,
                                    const auto& rule) {
                const auto& ids = (changed.*kind.list).ids;
                for (std::size_t i = 0; i < ids.size(); ++i)
                    if (there.contains(ids[i]) != present)
                        found_.add(item_of(member_of(member_of(d.field, side), kind.name), i), ids[i], rule);
            };
            demand(d.added, "added", true, "must also be in " + plain);
            demand(d.removed, "removed", false, "must not be in " + plain);
        }
    }

    void check_names(const std::vector<distribution>& all) {
        std::set<std::string_view> seen;
        for (const auto& d : all)
            if (!d.distributor.empty() && !seen.insert(d.distributor).second)
                found_.add(member_of(d.field, "distributor"), d.distributor, "must not be named twice");
    }

    const limits& site_;
    findings& found_;
};

} // namespace

asked asked_from(const value::object& parameters, const limits& site, findings& found) {
    return decoder(site, found).request(parameters);
}

} // namespace contego::planning
