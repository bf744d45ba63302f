#include "plan/direct.hpp"
#include "plan/expansion.hpp"
#include "plan/matrix.hpp"
#include "plan/nearest.hpp"
#include <contego/parameter.hpp>
#include <contego/plan.hpp>

#include <bitset>
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
    const auto type = command_type_of(action);
    if (!type) return {}; // the caller has refused texts that are neither action nor command
    return {1, [only = planning::direct(*type, *members, site, found)](std::size_t) { return only; }};
}

/// Returns a sentence for each command of the plan that the site lacks, in the order of command_types.
violations unsupported(std::string_view action, const command_list& commands, const limits& site) {
    if (site.unsupported.none()) return {};
    std::bitset<command_types.size()> needed;
    for (std::size_t i = 0; i < commands.size(); ++i)
        needed.set(static_cast<std::size_t>(commands[i].type));
    violations all;
    for (const auto type : command_types)
        if (needed.test(static_cast<std::size_t>(type)) && !site.supports(type))
            all.push_back({{},
                           {},
                           "The binding has no command " + std::string(name_of(type)) +
                               ", which the action " + std::string(action) + " needs."});
    return all;
}

/// Returns a sentence for each parameter that a command of the plan has and that the site has no place for.
/// Only the list of clients to add is such a parameter; a direct command was checked earlier.
violations without_place(std::string_view action, const command_list& commands, const limits& site) {
    constexpr auto type = command_type::add_to_existing_pairing;
    violations all;
    const auto parameters = parameters_of(type);
    for (std::size_t at = 0; at < parameters.size(); ++at) {
        if (site.takes(type, at)) continue;
        bool needed = false;
        for (std::size_t i = 0; i < commands.size() && !needed; ++i)
            if (const auto c = commands[i]; c.type == type)
                needed = c.parameters.contains(parameters[at].name);
        if (needed)
            all.push_back({{},
                           {},
                           "The binding has no place for " + std::string(parameters[at].name) + " of " +
                               std::string(name_of(type)) + ", which the action " + std::string(action) +
                               " needs."});
    }
    return all;
}

} // namespace

plan_result plan(std::string_view action, const value& parameters, const limits& limits) {
    const auto* row = planning::row_of(action);
    if (row == nullptr && !command_type_of(action)) return unknown(action);

    findings found(is_secret(action) || planning::mentions_secret(parameters));
    auto commands = planned(action, parameters, row, limits, found);
    if (found.empty()) {
        if (auto lacking = unsupported(action, commands, limits); !lacking.empty())
            return refusal{"NOT_SUPPORTED", std::move(lacking)};
        if (auto unplaced = without_place(action, commands, limits); !unplaced.empty())
            return refusal{"VALIDATION_ERROR", std::move(unplaced)};
        return commands;
    }
    const auto more = found.more();
    return refusal{"VALIDATION_ERROR", found.take(), more};
}

} // namespace contego
