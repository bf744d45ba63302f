#pragma once

#include <contego/plan.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace contego::test {

using ids = std::vector<std::string>;

// GCC 12 warns of a designated initializer that leaves out a member without one.
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

/// The parameters of a CRM action on these distributors; `more` is added to them.
[[nodiscard]] value asking(const std::vector<place>& places, value::object more = {});

/// The plan, one short line a command; fails the test and returns nothing when there is no plan:
/// `ADD 01/11 @D`, `CANCEL 01/11 @D`, `CREATE 01,02|91 @D`, `EXTEND 01 @D: 02|91`, `STATUS 01 @D`,
/// with `if paired: ` or `if unpaired: ` in front.
[[nodiscard]] std::vector<std::string> planned(std::string_view action, const value& parameters);

/// Every command of the list.
[[nodiscard]] std::vector<command> written_out(const command_list& all);

/// The violations, one a line as the CRM sees them; fails the test when the request was planned.
[[nodiscard]] std::vector<std::string>
faults(std::string_view action, const value& parameters, const limits& site = limits{});

/// The fields and rules of the violations only.
[[nodiscard]] violations
violated(std::string_view action, const value& parameters, const limits& site = limits{});

/// The one command of a direct command; fails the test when there is none.
[[nodiscard]] command
planned_command(std::string_view code, const value& parameters, const limits& site = limits{});

/// The text of a member; `-` where there is none.
[[nodiscard]] std::string text_at(const value::object& members, std::string_view name);

/// The document in the text, in which ' stands for a double quote.
[[nodiscard]] value document(std::string text);

} // namespace contego::test
