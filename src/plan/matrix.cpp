#include "plan/matrix.hpp"

#include <algorithm>

namespace contego::planning {
namespace {

using enum action_kind;
namespace c = change;

constexpr bool x = true;
constexpr bool o = false;

constexpr need adds_a_service{
    c::added_services, "distributions[*].added.services", "must name at least one service"};
constexpr need removes_a_service{
    c::removed_services, "distributions[*].removed.services", "must name at least one service"};
constexpr need adds_an_item{
    c::added_items, "distributions[*].added", "must name at least one smartcard or STB"};
constexpr need removes_an_item{
    c::removed_items, "distributions[*].removed", "must name at least one smartcard or STB"};
constexpr need changes_something{
    c::everything, "distributions[*]", "must name at least one change in added or removed"};

constexpr std::array added_service{adds_a_service};
constexpr std::array removed_service{removes_a_service};
constexpr std::array swapped_service{adds_a_service, removes_a_service};
constexpr std::array added_item{adds_an_item};
constexpr std::array removed_item{removes_an_item};
constexpr std::array swapped_item{adds_an_item, removes_an_item};
constexpr std::array something{changes_something};
constexpr std::span<const need> none{};

// The four columns of commands come from the CRM's documentation: a is ADD_SUBSCRIPTIONS, c is
// CANCEL_SUBSCRIPTIONS, p is CREATE_PAIRING, e is ADD_TO_EXISTING_PAIRING. Kind and changes are our
// interpretation of it.
// clang-format off
constexpr std::array rows{
//      action                             kind        a  c  p  e   may change                          must change
    row{"BECOME_SUBSCRIBER",               turns_on,   {x, o, x, o}, c::nothing,                          none},
    row{"ACTIVATE_SUBSCRIPTION",           turns_on,   {x, o, x, o}, c::nothing,                          none, o},
    row{"END_SHORT_TERM_DEACTIVATION",     turns_on,   {x, o, x, o}, c::nothing,                          none, o},
    row{"SHORT_TERM_ACTIVATION",           turns_on,   {x, o, x, o}, c::nothing,                          none, o},
    row{"END_SUBSCRIPTION_RESTING",        turns_on,   {x, o, x, o}, c::nothing,                          none, o},
    // The operators' own action: the ledger names everything that a card should have. The CRM does not know it.
    row{"REFRESH",                         turns_on,   {x, o, x, o}, c::nothing,                          none, o},

    row{"DEACTIVATE_SUBSCRIPTION",         turns_off,  {o, x, o, o}, c::nothing,                          none},
    row{"TERMINATE_SUBSCRIPTION",          turns_off,  {o, x, o, o}, c::nothing,                          none},
    row{"REST_SUBSCRIPTION",               turns_off,  {o, x, o, o}, c::nothing,                          none},
    row{"SHORT_TERM_DEACTIVATION",         turns_off,  {o, x, o, o}, c::nothing,                          none},
    row{"END_SHORT_TERM_ACTIVATION",       turns_off,  {o, x, o, o}, c::nothing,                          none},

    row{"CHANGE_SUBSCRIPTION_DISTRIBUTION", difference, {x, x, x, x}, c::everything,                       something, x, x},

    row{"ADD_SERVICE",                     difference, {x, o, o, x}, c::added_services | c::added_stbs,   added_service},
    row{"START_SERVICE",                   difference, {x, o, o, o}, c::added_services,                   added_service},
    row{"STOP_SERVICE",                    difference, {o, x, o, o}, c::removed_services,                 removed_service},
    row{"REMOVE_SERVICE",                  difference, {o, x, o, o}, c::removed_services,                 removed_service},
    row{"SWAP_SERVICE",                    difference, {x, x, o, o}, c::services,                         swapped_service},
    row{"REGRET_SWAP",                     difference, {x, x, o, o}, c::services,                         swapped_service},

    row{"SWAP_INSTALLED_ITEM",             difference, {x, x, x, x}, c::everything,                       swapped_item},
    row{"ADD_INSTALLED_ITEM",              difference, {o, o, x, x}, c::added_items,                      added_item},
    row{"REMOVE_INSTALLED_ITEM",           difference, {o, x, o, o}, c::removed_items,                    removed_item},
};
// clang-format on

} // namespace

const std::span<const row> matrix{rows};

const row* row_of(std::string_view action) {
    const auto* found = std::ranges::find_if(rows, [&](const row& r) { return r.action == action; });
    return found == rows.end() ? nullptr : found;
}

} // namespace contego::planning
