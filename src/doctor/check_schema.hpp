#pragma once

#include "diagnosis/examination.hpp"
#include "doctor/finding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace contego::daemon {

// These functions judge the state of the schema. They are pure and return at least one finding.

struct schema_state {
    std::size_t applied = 0;             ///< migrations in the database
    std::size_t known = 0;               ///< migrations in this program
    std::optional<std::string> mismatch; ///< why the daemon does not start on this schema, with a HINT
    queue::catalog_drift drift;
    std::size_t compared = 0; ///< number of objects that were compared
};

/// A mismatch and a missing object are errors, and an object with another definition is a warning. A schema
/// that is older or newer than the program is not compared.
[[nodiscard]] findings check_schema(const schema_state& s);

/// Judges indexes that exist but are invalid, so that no query uses them.
[[nodiscard]] findings check_indexes(const std::vector<std::string>& invalid);

/// Judges whether the login lacks a right that the daemon needs.
[[nodiscard]] findings check_rights(const std::string& login, const std::vector<queue::right>& needed);

} // namespace contego::daemon
