#pragma once

#include "database/connection.hpp"
#include <contego/outcome_store.hpp>

#include <memory>

namespace contego::queue {

/// Records to PostgreSQL on a connection of its own.
[[nodiscard]] std::unique_ptr<outcome_store> make_outcome_store(const database_options& options);

} // namespace contego::queue
