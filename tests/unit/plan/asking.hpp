#pragma once

#include <contego/plan.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contego::test {

using ids = std::vector<std::string>;

// GCC 12 warns about a designated initializer that leaves out a member without an initializer.
// NOLINTBEGIN(readability-redundant-member-init)

/// The three lists of a distributor, or of a change.
struct lists {
    ids smartcards = {};
    ids stbs = {};
    ids services = {};
};

/// One distributor of a request.
struct place {
    std::string distributor = "LIVING-ROOM";
    lists has = {};
    lists added = {};
    lists removed = {};
    std::optional<bool> paired = {};
};

// NOLINTEND(readability-redundant-member-init)

/// Returns the parameters of a CRM action on these distributors. The members of `more` are added.
[[nodiscard]] value asking(const std::vector<place>& places, value::object more = {});

/// Returns the plan, one short line for each command: `ADD 01/11 @D`, `CANCEL 01/11 @D`, `CREATE 01,02|91
/// @D`, `EXTEND 01 @D: 02|91`, `STATUS 01 @D`. A condition precedes the line as `if paired: ` or `if
/// unpaired: `. If there is no plan, fails the test and returns nothing.
[[nodiscard]] std::vector<std::string> planned(std::string_view action, const value& parameters);

/// Returns every command of the list.
[[nodiscard]] std::vector<command> written_out(const command_list& all);

/// Returns the violations as the CRM sees them, one for each line. Fails the test if the request was planned.
[[nodiscard]] std::vector<std::string>
faults(std::string_view action, const value& parameters, const limits& site = limits{});

/// Returns only the fields and rules of the violations.
[[nodiscard]] violations
violated(std::string_view action, const value& parameters, const limits& site = limits{});

/// Returns the only command of a direct command. Fails the test if there is none.
[[nodiscard]] command
planned_command(std::string_view code, const value& parameters, const limits& site = limits{});

/// Returns the text of a member, or `-` if there is none.
[[nodiscard]] std::string text_at(const value::object& members, std::string_view name);

/// Parses a document in which ' replaces the double quote.
[[nodiscard]] value document(std::string text);

} // namespace contego::test
