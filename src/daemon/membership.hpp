#pragma once

#include "fleet/fleet.hpp"

#include <string>

namespace contego::daemon {

/// Returns the identity of this process among the daemons of a database. `name` is the name in the
/// configuration.
[[nodiscard]] queue::identity identity_of(const std::string& name);

/// Checks the schema and takes the first lease. Throws start_failure if the schema does not fit this program
/// or the database cannot be used.
void join(queue::fleet& membership, const queue::database_options& database);

} // namespace contego::daemon
