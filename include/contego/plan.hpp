#pragma once

#include <contego/command.hpp>
#include <contego/limits.hpp>
#include <contego/value.hpp>
#include <contego/violation.hpp>

#include <string_view>
#include <variant>
#include <vector>

namespace contego {

/// What is wrong with a request that cannot be planned.
struct refusal {
    std::string code; ///< `UNKNOWN_ACTION` or `VALIDATION_ERROR`
    violations all;   ///< at least one

    friend bool operator==(const refusal&, const refusal&) = default;
};

/// The commands of a request in the order of sending, possibly none; or why there are none.
using plan_result = std::variant<std::vector<command>, refusal>;

/// Turns a CRM action, or the code of a direct command, and its parameters into commands.
///
/// Pure: no clock, no socket, no state. Every violation is reported, not only the first. `parameters` must be
/// an object (the schema refuses anything else). The rules, and which of them the CRM documents, stand in
/// docs/architecture.md; the table itself is src/plan/matrix.cpp.
/// Thread safety: any number of threads.
[[nodiscard]] plan_result plan(std::string_view action, const value& parameters, const limits& limits);

} // namespace contego
