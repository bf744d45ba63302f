#pragma once

#include "database/connection.hpp"

#include <string>

namespace contego::queue {

/// Asks the database on `c` for the sessions that hold locks for which claims and records wait. Returns a
/// sentence for each session, three at most, each after "; ". Throws as `connection` does.
[[nodiscard]] std::string lock_holders(connection& c);

} // namespace contego::queue
