#pragma once

#include "plan/findings.hpp"
#include <contego/limits.hpp>
#include <contego/value.hpp>

#include <optional>
#include <string>
#include <vector>

namespace contego::planning {

/// A list of CA IDs as the CRM gave it. What breaks a rule was noted and stays in, so that it is not noted
/// again as missing somewhere else.
struct id_list {
    std::vector<std::string> ids;
    bool readable = true; ///< it was a list, or absent

    /// Whether it names something, or means to.
    [[nodiscard]] bool names_something() const { return !ids.empty() || !readable; }
};

/// What belongs to a distributor, or to a change of it.
struct belongings {
    id_list services;
    id_list smartcards;
    id_list stbs;
};

/// One viewing place of a subscription: the cards, boxes and services that go together.
struct distribution {
    std::string field;          ///< `distributions[0]`
    std::string distributor;    ///< the CRM's name of it
    belongings has;             ///< after the action
    belongings added;           ///< by the action; all of it is in `has`
    belongings removed;         ///< by the action; none of it is in `has`
    std::optional<bool> paired; ///< none: not known to the CRM
};

/// The parameters of a CRM action.
struct asked {
    std::vector<distribution> distributions;
    bool draft = false;        ///< the subscriber is not active yet
    bool cancel_first = false; ///< the old is cut before the new works
};

/// Reads the parameters of a CRM action.
[[nodiscard]] asked asked_from(const value::object& parameters, const limits& site, findings& found);

} // namespace contego::planning
