#pragma once

#include <contego/command_list.hpp>
#include <contego/limits.hpp>
#include <contego/value.hpp>
#include <contego/violation.hpp>

#include <cstddef>
#include <string_view>
#include <variant>

namespace contego {

/// The most commands that one request may lead to. At a few milliseconds a command, more would keep its
/// smartcards busy for minutes; the largest household is far below it.
inline constexpr std::size_t most_commands = 10'000;

/// What is wrong with a request that cannot be planned.
struct refusal {
    std::string code;     ///< `UNKNOWN_ACTION`, `VALIDATION_ERROR` or `NOT_SUPPORTED`
    violations all;       ///< at least one; the first most_violations of them
    std::size_t more = 0; ///< so many were found beyond those

    friend bool operator==(const refusal&, const refusal&) = default;
};

/// The commands of a request in the order of sending, possibly none; or why there are none.
using plan_result = std::variant<command_list, refusal>;

/// Turns a CRM action, or the code of a direct command, and its parameters into commands.
///
/// Pure: no clock, no socket, no state. Every violation is reported, not only the first. A valid request is
/// refused as `NOT_SUPPORTED` if any of its commands is not supported by `limits`, and so is one that needs
/// such a command only if a card is paired, or only if it is not. `parameters` must be
/// an object (the schema refuses anything else); the plan keeps nothing of it. Time and memory grow with the
/// text of the parameters and with most_commands, never with their product. The rules, and which of them the
/// CRM documents, stand in docs/architecture.md; the table itself is src/plan/matrix.cpp. Thread safety: any
/// number of threads.
[[nodiscard]] plan_result plan(std::string_view action, const value& parameters, const limits& limits);

} // namespace contego
