#pragma once

#include <contego/command_list.hpp>
#include <contego/limits.hpp>
#include <contego/value.hpp>
#include <contego/violation.hpp>

#include <cstddef>
#include <string_view>
#include <variant>

namespace contego {

/// The most commands in the plan of one request. At a few milliseconds a command, more would keep its
/// smartcards busy for minutes. The largest household is far below this limit.
inline constexpr std::size_t most_commands = 10'000;

/// Why a request cannot be planned.
struct refusal {
    std::string code;     ///< `UNKNOWN_ACTION`, `VALIDATION_ERROR` or `NOT_SUPPORTED`
    violations all;       ///< at least one; the first most_violations of them
    std::size_t more = 0; ///< how many more were found

    friend bool operator==(const refusal&, const refusal&) = default;
};

/// The commands of a request in the order of sending, possibly none; or why the request cannot be planned.
using plan_result = std::variant<command_list, refusal>;

/// Turns a request into commands. `action` is a CRM action or the code of a direct command.
///
/// Every violation is returned, not only the first. A valid request is refused as `NOT_SUPPORTED` if `limits`
/// does not support one of its commands. This includes commands that are sent only if a card is paired, or
/// only if it is not.
///
/// `parameters` must be an object (the schema refuses anything else); the plan keeps no reference to it. Time
/// and memory grow with the text of the parameters and with most_commands, never with their product.
///
/// docs/architecture.md has the rules, and says which of them the CRM documents; src/plan/matrix.cpp has the
/// table. Pure: no clock, no socket, no state. Thread safety: any number of threads.
[[nodiscard]] plan_result plan(std::string_view action, const value& parameters, const limits& limits);

} // namespace contego
