#pragma once

#include "plan/findings.hpp"
#include <contego/command.hpp>
#include <contego/limits.hpp>

#include <array>
#include <string_view>
#include <vector>

namespace contego::planning {

/// The operators' own actions about one card. The database makes their requests; the CRM does not know them.
inline constexpr std::string_view reconcile = "RECONCILE";
inline constexpr std::string_view heal = "HEAL";
inline constexpr std::array card_actions{reconcile, heal};

/// Returns the commands of RECONCILE, which reads the services and the boxes of a card, or of HEAL, which
/// corrects them first. A GET command that the site lacks is left out, unless none would remain for
/// RECONCILE. Do not use the commands if a violation was found.
[[nodiscard]] std::vector<command>
card_action(std::string_view action, const value::object& parameters, const limits& site, findings& found);

} // namespace contego::planning
