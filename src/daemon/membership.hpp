#pragma once

#include "fleet/fleet.hpp"

#include <string>

namespace contego::daemon {

/// Who this process is among the daemons of a database; `name` is from the configuration.
[[nodiscard]] queue::identity identity_of(const std::string& name);

/// Checks the schema and takes the first lease. Throws start_failure where the database is not as it must be
/// or cannot be used.
void join(queue::fleet& membership, const queue::database_options& database);

} // namespace contego::daemon
