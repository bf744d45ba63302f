#pragma once

#include "database/connection.hpp"
#include "fleet/fleet.hpp"
#include <contego/outcome_store.hpp>

#include <memory>

namespace contego::queue {

/// Makes an outcome_store that writes to PostgreSQL on a separate connection. It tells `membership` which
/// ends of claims were written last. `membership` must outlive the returned object.
[[nodiscard]] std::unique_ptr<outcome_store> make_outcome_store(const database_options& options,
                                                                fleet& membership);

} // namespace contego::queue
