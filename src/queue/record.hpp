#pragma once

#include "database/connection.hpp"
#include <contego/outcome_store.hpp>

#include <memory>

namespace contego::queue {

/// Makes an outcome_store that writes to PostgreSQL on a separate connection.
[[nodiscard]] std::unique_ptr<outcome_store> make_outcome_store(const database_options& options);

} // namespace contego::queue
