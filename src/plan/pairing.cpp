#include "plan/pairing.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace contego::planning {
namespace {

using ids = std::vector<std::string>;

value::list
clients(std::string_view id_name, std::string_view distribution_name, const ids& all, const distribution& d) {
    value::list list;
    for (const auto& id : all)
        list.emplace_back(
            value::object{{std::string(id_name), id}, {std::string(distribution_name), d.distributor}});
    return list;
}

void put_clients(command& c, const ids& smartcards, const ids& stbs, const distribution& d) {
    if (!smartcards.empty())
        c.parameters.emplace(
            "smartcards",
            clients("smartcard_ca_id", "smartcard_sub_provisioning_distribution_id", smartcards, d));
    if (!stbs.empty())
        c.parameters.emplace("stbs", clients("stb_ca_id", "stb_sub_provisioning_distribution_id", stbs, d));
}

command of_card(command_type type, const std::string& smartcard, const distribution& d) {
    return {type,
            {{"smartcard_ca_id", smartcard}, {"smartcard_sub_provisioning_distribution_id", d.distributor}},
            std::nullopt};
}

/// Plans the pairing of one request, distribution by distribution.
class planner {
public:
    planner(const row& r, const limits& site, findings& found) : row_(r), site_(site), found_(found) {}

    void plan(const distribution& d) {
        if (row_.kind == action_kind::turns_on)
            whole(d);
        else if (row_.may.create_pairing)
            new_items(d);
        else if (row_.may.add_to_existing_pairing)
            new_stbs(d);
    }

    [[nodiscard]] std::vector<command> take() { return std::move(commands_); }

private:
    void whole(const distribution& d) {
        if (can_pair(d) && !d.paired.value_or(false)) create(d);
    }

    void new_items(const distribution& d) {
        if (!can_pair(d)) return;
        if (d.added.smartcards.ids.empty() && d.added.stbs.ids.empty()) {
            if (row_.services_create_pairing && d.added.services.names_something() && d.paired == false)
                create(d);
            return;
        }
        const auto* kept = kept_smartcard(d);
        if (kept == nullptr || d.paired == false) {
            create(d);
        } else if (d.paired == true) {
            extend(*kept, d);
        } else {
            commands_.push_back(of_card(command_type::get_pairing_status_for_card, *kept, d));
            create(d, false);
            extend(*kept, d, true);
        }
    }

    /// The row leaves no choice: the new boxes join a pairing that is there.
    void new_stbs(const distribution& d) {
        if (d.added.stbs.ids.empty()) return;
        if (d.paired == false)
            found_.add(member_of(d.field, "paired"),
                       false,
                       "must not be false where STBs are added: " + std::string(row_.action) +
                           " cannot create a pairing");
        if (const auto* kept = kept_smartcard(d))
            extend(*kept, d);
        else if (d.has.smartcards.readable)
            found_.add(member_of(d.field, "smartcards"),
                       value::list{},
                       "must name the smartcard that the added STBs are paired with");
    }

    static bool can_pair(const distribution& d) {
        return !d.has.smartcards.ids.empty() && !d.has.stbs.ids.empty();
    }

    /// The card whose pairing the new items join: the first that was there before and stays. Where the only
    /// card was swapped and a box stays, that box is still paired with the old card, and the new one joins
    /// through it.
    static const std::string* kept_smartcard(const distribution& d) {
        if (const auto* kept = first_kept(d.has.smartcards.ids, d.added.smartcards.ids)) return kept;
        const bool box_stays = first_kept(d.has.stbs.ids, d.added.stbs.ids) != nullptr;
        return box_stays && !d.removed.smartcards.ids.empty() ? &d.removed.smartcards.ids.front() : nullptr;
    }

    static const std::string* first_kept(const ids& has, const ids& added) {
        const std::unordered_set<std::string_view> fresh(added.begin(), added.end());
        const auto kept =
            std::ranges::find_if(has, [&](const std::string& id) { return !fresh.contains(id); });
        return kept == has.end() ? nullptr : &*kept;
    }

    void create(const distribution& d, std::optional<bool> only_if_paired = {}) {
        check_size("smartcards", d.has.smartcards.ids, d);
        check_size("stbs", d.has.stbs.ids, d);
        command c{command_type::create_pairing, {}, only_if_paired};
        put_clients(c, d.has.smartcards.ids, d.has.stbs.ids, d);
        commands_.push_back(std::move(c));
    }

    void extend(const std::string& kept, const distribution& d, std::optional<bool> only_if_paired = {}) {
        if (!only_if_paired) { // else the whole, which is no smaller, was checked already
            check_size("added.smartcards", d.added.smartcards.ids, d);
            check_size("added.stbs", d.added.stbs.ids, d);
        }
        auto c = of_card(command_type::add_to_existing_pairing, kept, d);
        c.only_if_paired = only_if_paired;
        put_clients(c, d.added.smartcards.ids, d.added.stbs.ids, d);
        commands_.push_back(std::move(c));
    }

    void check_size(std::string_view name, const ids& all, const distribution& d) {
        if (all.size() > site_.clients_per_pairing)
            found_.add(member_of(d.field, name),
                       value::list(all.begin(), all.end()),
                       "must name at most " + std::to_string(site_.clients_per_pairing) +
                           ", for that is what one pairing command may name");
    }

    const row& row_;
    const limits& site_;
    findings& found_;
    std::vector<command> commands_;
};

} // namespace

std::vector<command> pairings(const row& r, const asked& a, const limits& site, findings& found) {
    planner p(r, site, found);
    for (const auto& d : a.distributions)
        p.plan(d);
    return p.take();
}

} // namespace contego::planning
