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
    found.add("action", value(action), std::move(rule));
    return {"UNKNOWN_ACTION", found.take()};
}

} // namespace

plan_result plan(std::string_view action, const value& parameters, const limits& limits) {
    const auto type = command_type_of(action);
    const auto* row = planning::row_of(action);
    if (!type && row == nullptr) return unknown(action);

    findings found;
    std::vector<command> commands;
    const auto* members = parameters.members();
    if (members == nullptr)
        found.add("parameters", parameters, "must be an object");
    else if (type)
        commands.push_back(planning::direct(*type, *members, limits, found));
    else
        commands = planning::expand(*row, *members, limits, found);
    if (!found.empty()) return refusal{"VALIDATION_ERROR", found.take()};
    return commands;
}

} // namespace contego
