#include "plan/pairing.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace contego::planning {
namespace {

using ids = std::vector<std::string>;

/// Plans the pairing of one request, distribution by distribution.
class planner {
public:
    planner(const row& r, const limits& site, findings& found) : row_(r), site_(site), found_(found) {}

    /// Plans one distribution. Call it for each of them, in their order.
    void plan(const distribution& d) {
        if (row_.kind == action_kind::turns_on)
            whole(d);
        else if (row_.may.create_pairing)
            new_items(d);
        else if (row_.may.add_to_existing_pairing)
            new_stbs(d);
        ++distribution_;
    }

    [[nodiscard]] steps take() { return std::move(steps_); }

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
        const auto kept = kept_smartcard(d);
        if (!kept || d.paired == false) {
            create(d);
        } else if (d.paired == true) {
            extend(*kept, d);
        } else {
            add(command_type::get_pairing_status_for_card, {}, *kept);
            create(d, false);
            extend(*kept, d, true);
        }
    }

    /// The row leaves no choice: the new boxes join an existing pairing.
    void new_stbs(const distribution& d) {
        if (d.added.stbs.ids.empty()) return;
        if (d.paired == false)
            found_.add(member_of(d.field, "paired"),
                       false,
                       "must not be false if STBs are added: " + std::string(row_.action) +
                           " cannot create a pairing");
        if (const auto kept = kept_smartcard(d))
            extend(*kept, d);
        else if (d.has.smartcards.readable)
            found_.add(member_of(d.field, "smartcards"),
                       value::list{},
                       "must name the smartcard that the added STBs are paired with");
    }

    static bool can_pair(const distribution& d) {
        return !d.has.smartcards.ids.empty() && !d.has.stbs.ids.empty();
    }

    /// Returns the card whose pairing the new items join: the first card that was there before and stays. If
    /// the only card was swapped and a box stays, that box is still paired with the old card. The new card
    /// then joins through the old one.
    static std::optional<position> kept_smartcard(const distribution& d) {
        if (const auto kept = first_kept(d.has.smartcards.ids, d.added.smartcards.ids)) return kept;
        const bool box_stays = first_kept(d.has.stbs.ids, d.added.stbs.ids).has_value();
        if (!box_stays || d.removed.smartcards.ids.empty()) return std::nullopt;
        return static_cast<position>(d.has.smartcards.ids.size()); // the first removed card
    }

    static std::optional<position> first_kept(const ids& has, const ids& added) {
        const std::unordered_set<std::string_view> fresh(added.begin(), added.end());
        const auto kept =
            std::ranges::find_if(has, [&](const std::string& id) { return !fresh.contains(id); });
        if (kept == has.end()) return std::nullopt;
        return static_cast<position>(kept - has.begin());
    }

    void create(const distribution& d, std::optional<bool> only_if_paired = {}) {
        check_size("smartcards", d.has.smartcards.ids, d);
        check_size("stbs", d.has.stbs.ids, d);
        add(command_type::create_pairing, only_if_paired, 0);
    }

    void extend(position kept, const distribution& d, std::optional<bool> only_if_paired = {}) {
        if (!only_if_paired) { // otherwise the whole list, which is not smaller, was checked before
            check_size("added.smartcards", d.added.smartcards.ids, d);
            check_size("added.stbs", d.added.stbs.ids, d);
        }
        add(command_type::add_to_existing_pairing, only_if_paired, kept);
    }

    void add(command_type type, std::optional<bool> only_if_paired, position smartcard) {
        steps_.push_back({type, only_if_paired, distribution_, smartcard, 0});
    }

    void check_size(std::string_view name, const ids& all, const distribution& d) {
        if (all.size() > site_.clients_per_pairing)
            found_.add(member_of(d.field, name),
                       value::list(all.begin(), all.end()),
                       "must name at most " + std::to_string(site_.clients_per_pairing) +
                           ", the limit of one pairing command");
    }

    const row& row_;
    const limits& site_;
    findings& found_;
    position distribution_ = 0;
    steps steps_;
};

} // namespace

steps pairings(const row& r, const asked& a, const limits& site, findings& found) {
    planner p(r, site, found);
    for (const auto& d : a.distributions)
        p.plan(d);
    return p.take();
}

} // namespace contego::planning
