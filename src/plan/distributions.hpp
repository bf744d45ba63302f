#pragma once

#include "plan/findings.hpp"
#include <contego/limits.hpp>
#include <contego/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace contego::planning {

/// A list of CA IDs as the CRM gave it. An invalid item was noted and is kept, so that it is not noted again
/// as missing elsewhere.
struct id_list {
    std::vector<std::string> ids;
    bool readable = true; ///< it was a list, or absent

    /// Returns whether the list has items, or was meant to have some.
    [[nodiscard]] bool names_something() const { return !ids.empty() || !readable; }
};

/// The items and services of a distributor, or of a change to it.
struct belongings {
    id_list services;
    id_list smartcards;
    id_list stbs;
};

/// One viewing place of a subscription: the cards, boxes and services that belong together.
struct distribution {
    std::string field;          ///< for example `distributions[0]`
    std::string distributor;    ///< the CRM's name for it
    belongings has;             ///< after the action
    belongings added;           ///< by the action; all of it is in `has`
    belongings removed;         ///< by the action; none of it is in `has`
    std::optional<bool> paired; ///< nullopt: the CRM does not know
};

/// The parameters of a CRM action.
struct asked {
    std::vector<distribution> distributions;
    bool draft = false;        ///< the subscriber is not active yet
    bool cancel_first = false; ///< CANCEL commands come before ADD commands
};

/// Reads the parameters of a CRM action. Violations are noted in `found`.
[[nodiscard]] asked asked_from(const value::object& parameters, const limits& site, findings& found);

} // namespace contego::planning
