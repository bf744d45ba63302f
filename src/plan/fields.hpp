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

// Each check returns the value as a command carries it, or nothing when a rule is broken. What is broken is
// noted under `field`, each rule for itself.

/// Text of ASCII digits: a CA ID.
[[nodiscard]] std::optional<std::string>
checked_digits(const std::string& field, const value& v, range digits, findings& found);

/// Text of 1 to `longest` characters that XML and the character set can carry.
[[nodiscard]] std::optional<std::string> checked_text(
    const std::string& field, const value& v, std::size_t longest, character_set characters, findings& found);

/// The same, or an integer, which becomes text.
[[nodiscard]] std::optional<std::string> checked_text_or_integer(
    const std::string& field, const value& v, std::size_t longest, character_set characters, findings& found);

/// A whole number within the range, and a multiple of `step`.
[[nodiscard]] std::optional<value>
checked_integer(const std::string& field, const value& v, range allowed, std::int64_t step, findings& found);

/// A date and time with a zone.
[[nodiscard]] std::optional<value> checked_date(const std::string& field, const value& v, findings& found);

/// The member, unless it is absent or null: null says that there is none.
[[nodiscard]] const value* given(const value::object& members, std::string_view name);

/// Notes every member that is not among the known ones: a typo must not be ignored.
void check_members(const std::string& path,
                   const value::object& members,
                   std::span<const std::string_view> known,
                   findings& found);

} // namespace contego::planning
