#pragma once

#include "database/connection.hpp"

#include <string>

namespace contego::queue {

/// Sentences that name the sessions which keep locks that claims and records wait for, three at most, each
/// after
/// "; ". Asks the database on `c`; throws what it throws.
[[nodiscard]] std::string lock_holders(connection& c);

} // namespace contego::queue
