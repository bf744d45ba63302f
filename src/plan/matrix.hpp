#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace contego::planning {

/// How an action is expanded.
enum class action_kind {
    turns_on,   ///< everything that the distributors have is authorised
    turns_off,  ///< everything that they have is cancelled
    difference, ///< what is authorised after the action, less what was before, and the other way round
};

/// The commands that an action may yield.
struct yields {
    bool add;
    bool cancel;
    bool create_pairing;
    bool add_to_existing_pairing;
};

/// What an action may say that it changed, as a set of bits.
namespace change {
inline constexpr unsigned nothing = 0;
inline constexpr unsigned added_services = 1;
inline constexpr unsigned added_smartcards = 2;
inline constexpr unsigned added_stbs = 4;
inline constexpr unsigned removed_services = 8;
inline constexpr unsigned removed_smartcards = 16;
inline constexpr unsigned removed_stbs = 32;
inline constexpr unsigned added_items = added_smartcards | added_stbs;
inline constexpr unsigned removed_items = removed_smartcards | removed_stbs;
inline constexpr unsigned items = added_items | removed_items;
inline constexpr unsigned services = added_services | removed_services;
inline constexpr unsigned everything = items | services;
} // namespace change

/// A change without which an action asks for nothing.
struct need {
    unsigned any_of;        ///< bits of `change`; at least one of them, in at least one distributor
    std::string_view field; ///< for the violation
    std::string_view rule;
};

/// One CRM action.
struct row {
    std::string_view action;
    action_kind kind;
    yields may;
    unsigned may_change; ///< bits of `change`
    std::span<const need> must_change;
    bool of_a_draft = true; ///< a subscriber who is not active yet may undergo it
    bool services_create_pairing =
        false; ///< services added to a distributor that is known to be unpaired pair it
};

/// The CRM's actions and what each may lead to: one row an action.
extern const std::span<const row> matrix;

/// The row of that action; exact, upper case; nullptr for any other text.
[[nodiscard]] const row* row_of(std::string_view action);

} // namespace contego::planning
