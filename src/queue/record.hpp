#pragma once

#include "database/connection.hpp"
#include <contego/records.hpp>

#include <memory>

namespace contego::queue {

/// Records to PostgreSQL on a connection of its own.
[[nodiscard]] std::unique_ptr<records> make_records(const database_options& options);

} // namespace contego::queue
