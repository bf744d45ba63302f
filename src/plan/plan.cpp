#include "plan/direct.hpp"
#include "plan/expansion.hpp"
#include "plan/matrix.hpp"
#include <contego/plan.hpp>

namespace contego {
namespace {

using planning::findings;

refusal unknown(std::string_view action) {
    std::string rule = "must be one of";
    for (const auto& r : planning::matrix)
        (rule += ' ') += r.action;
    for (const auto type : command_types)
        (rule += ' ') += name_of(type);
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
    if (!type) return {}; // the caller has refused what is neither action nor command
    return {1, [only = planning::direct(*type, *members, site, found)](std::size_t) { return only; }};
}

} // namespace

plan_result plan(std::string_view action, const value& parameters, const limits& limits) {
    const auto* row = planning::row_of(action);
    if (row == nullptr && !command_type_of(action)) return unknown(action);

    findings found(is_secret(action) || planning::mentions_secret(parameters));
    auto commands = planned(action, parameters, row, limits, found);
    if (found.empty()) return commands;
    const auto more = found.more();
    return refusal{"VALIDATION_ERROR", found.take(), more};
}

} // namespace contego
