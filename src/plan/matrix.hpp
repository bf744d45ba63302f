#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace contego::planning {

/// How an action is expanded.
enum class action_kind {
    turns_on,   ///< authorise everything that the distributors have
    turns_off,  ///< cancel everything that they have
    difference, ///< authorise the new pairs of card and service, and cancel the lost ones
};

/// The commands that an action may produce.
struct yields {
    bool add;
    bool cancel;
    bool create_pairing;
    bool add_to_existing_pairing;
};

/// The changes that an action may name, as a set of bits.
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

/// A change that an action requires.
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
    bool of_a_draft = true;               ///< it may apply to a subscriber who is not active yet
    bool services_create_pairing = false; ///< adding services to a distributor known to be unpaired pairs it
};

/// The CRM's actions and the commands that each may lead to: one row for each action.
extern const std::span<const row> matrix;

/// Returns the row of exactly this action, in upper case, or nullptr for any other text.
[[nodiscard]] const row* row_of(std::string_view action);

} // namespace contego::planning
