#include "plan/card_action.hpp"
#include "plan/direct.hpp"
#include "plan/expansion.hpp"
#include "plan/matrix.hpp"
#include "plan/nearest.hpp"
#include "plan/one_by_one.hpp"
#include "plan/site_check.hpp"
#include <contego/plan.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contego {
namespace {

using planning::findings;

refusal unknown(std::string_view action) {
    std::vector<std::string_view> names;
    for (const auto& r : planning::matrix)
        names.push_back(r.action);
    for (const auto name : planning::card_actions)
        names.push_back(name);
    for (const auto type : command_types)
        names.push_back(name_of(type));
    std::string rule = "must be one of";
    if (const auto name = planning::nearest(action, names))
        rule = "is unknown, did you mean " + std::string(*name) + "? It must be one of";
    for (const auto name : names)
        (rule += ' ') += name;
    findings found;
    found.add("action", planning::without_secret(action), std::move(rule));
    return {"UNKNOWN_ACTION", found.take()};
}

bool is_card_action(std::string_view action) {
    return std::ranges::find(planning::card_actions, action) != planning::card_actions.end();
}

refusal too_many(std::string_view action, std::size_t commands) {
    return {"VALIDATION_ERROR",
            {{{},
              {},
              "The action " + std::string(action) + " needs " + std::to_string(commands) +
                  " commands, one for each pair of smartcard and STB, and a request may have at most " +
                  std::to_string(most_commands) + "."}}};
}

command_list planned(std::string_view action,
                     const value& parameters,
                     const planning::row* row,
                     const limits& site,
                     findings& found) {
    const auto* members = parameters.members();
    if (members == nullptr) {
        found.add("parameters", parameters, "must be an object");
        return {};
    }
    if (row != nullptr) return planning::expand(*row, *members, site, found);
    if (is_card_action(action)) {
        auto all = planning::card_action(action, *members, site, found);
        const auto size = all.size();
        return {size, [all = std::move(all)](std::size_t at) { return all[at]; }};
    }
    const auto type = command_type_of(action);
    if (!type) return {}; // the caller has refused texts that are neither action nor command
    return {1, [only = planning::direct(*type, *members, site, found)](std::size_t) { return only; }};
}

} // namespace

plan_result plan(std::string_view action, const value& parameters, const limits& limits) {
    const auto* row = planning::row_of(action);
    if (row == nullptr && !is_card_action(action) && !command_type_of(action)) return unknown(action);

    findings found(is_secret(action) || planning::mentions_secret(parameters));
    auto commands = planned(action, parameters, row, limits, found);
    if (found.empty()) {
        auto split = planning::one_by_one(std::move(commands), limits);
        if (const auto* size = std::get_if<std::size_t>(&split)) return too_many(action, *size);
        commands = std::move(std::get<command_list>(split));
        if (auto lacking = planning::unsupported(action, commands, limits); !lacking.empty())
            return refusal{"NOT_SUPPORTED", std::move(lacking)};
        if (auto unwritable = planning::unwritable(action, commands, limits); !unwritable.empty())
            return refusal{"VALIDATION_ERROR", std::move(unwritable)};
        return commands;
    }
    const auto more = found.more();
    return refusal{"VALIDATION_ERROR", found.take(), more};
}

} // namespace contego
