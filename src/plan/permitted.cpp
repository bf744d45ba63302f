#include "plan/permitted.hpp"

#include <algorithm>
#include <array>

namespace contego::planning {
namespace {

/// The place of each change of the matrix in a distribution.
struct change_place {
    unsigned change;
    std::string_view side;
    std::string_view name;
    belongings distribution::* changed;
    id_list belongings::* list;
};

constexpr std::array<change_place, 6> places{{
    {change::added_services, "added", "services", &distribution::added, &belongings::services},
    {change::added_smartcards, "added", "smartcards", &distribution::added, &belongings::smartcards},
    {change::added_stbs, "added", "stbs", &distribution::added, &belongings::stbs},
    {change::removed_services, "removed", "services", &distribution::removed, &belongings::services},
    {change::removed_smartcards, "removed", "smartcards", &distribution::removed, &belongings::smartcards},
    {change::removed_stbs, "removed", "stbs", &distribution::removed, &belongings::stbs},
}};

const id_list& list_at(const change_place& p, const distribution& d) {
    return d.*p.changed.*p.list;
}

/// Returns the changes that a distribution names.
unsigned changes_of(const distribution& d) {
    unsigned all = change::nothing;
    for (const auto& p : places)
        if (list_at(p, d).names_something()) all |= p.change;
    return all;
}

std::string forbidden(const row& r) {
    const std::string action(r.action);
    if (r.may_change == change::nothing)
        return "must be empty: " + action + " is about the whole subscription";
    return "must be empty: " + action + " does not change it";
}

void check_changes(const row& r, const distribution& d, findings& found) {
    for (const auto& p : places) {
        const auto& ids = list_at(p, d).ids;
        if ((r.may_change & p.change) == 0 && !ids.empty())
            found.add(member_of(member_of(d.field, p.side), p.name),
                      value::list(ids.begin(), ids.end()),
                      forbidden(r));
    }
}

void check_needs(const row& r, const asked& a, findings& found) {
    for (const auto& n : r.must_change) {
        const bool met = std::ranges::any_of(
            a.distributions, [&](const distribution& d) { return (changes_of(d) & n.any_of) != 0; });
        if (!met)
            found.add_absent(std::string(n.field), std::string(n.rule) + " for " + std::string(r.action));
    }
}

} // namespace

void check_permitted(const row& r, const asked& a, findings& found) {
    if (a.draft && !r.of_a_draft)
        found.add(
            "draft", true, "must not be true: " + std::string(r.action) + " makes the subscriber active");
    for (const auto& d : a.distributions)
        check_changes(r, d, found);
    // A request without distributions was refused earlier for that reason.
    if (!a.distributions.empty()) check_needs(r, a, found);
}

} // namespace contego::planning
