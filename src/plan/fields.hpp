#pragma once

#include "plan/findings.hpp"
#include <contego/limits.hpp>
#include <contego/value.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace contego::planning {

// Each check returns the value as a command carries it, or nullopt if a rule is broken. Each broken rule is
// noted under `field`.

/// Checks for text of ASCII digits: a CA ID.
[[nodiscard]] std::optional<std::string>
checked_digits(const std::string& field, const value& v, range digits, findings& found);

/// Checks for text of 1 to `longest` characters that XML and the character set can represent.
[[nodiscard]] std::optional<std::string> checked_text(
    const std::string& field, const value& v, std::size_t longest, character_set characters, findings& found);

/// Checks the same, but also accepts an integer, which becomes text.
[[nodiscard]] std::optional<std::string> checked_text_or_integer(
    const std::string& field, const value& v, std::size_t longest, character_set characters, findings& found);

/// Checks for a whole number within the range that is a multiple of `step`.
[[nodiscard]] std::optional<value>
checked_integer(const std::string& field, const value& v, range allowed, std::int64_t step, findings& found);

/// Checks for a date and time with a zone.
[[nodiscard]] std::optional<value> checked_date(const std::string& field, const value& v, findings& found);

/// Returns the member, or nullptr if it is absent or null. Null means that there is no value.
[[nodiscard]] const value* given(const value::object& members, std::string_view name);

/// Notes every unknown member, since a typo must not be ignored.
void check_members(const std::string& path,
                   const value::object& members,
                   std::span<const std::string_view> known,
                   findings& found);

} // namespace contego::planning
