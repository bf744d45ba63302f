#pragma once

#include "diagnosis/examination.hpp"
#include "doctor/finding.hpp"

#include <optional>
#include <string>
#include <vector>

namespace contego::daemon {

// What the state of the schema means. Pure; at least one finding each.

struct schema_state {
    std::size_t applied = 0;             ///< migrations in the database
    std::size_t known = 0;               ///< migrations in this program
    std::optional<std::string> mismatch; ///< why the daemon does not start on this schema, with a HINT
    queue::catalog_drift drift;
    std::size_t compared = 0; ///< things that were compared
};

/// A mismatch and a missing object are errors, an object that is made in another way is a warning. A schema
/// that is older or newer than the program is not compared.
[[nodiscard]] findings check_schema(const schema_state& s);

/// Indexes that exist and are not used.
[[nodiscard]] findings check_indexes(const std::vector<std::string>& invalid);

/// What the daemon needs and the login may not.
[[nodiscard]] findings check_rights(const std::string& login, const std::vector<queue::right>& needed);

} // namespace contego::daemon
