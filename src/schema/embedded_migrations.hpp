#pragma once

#include "schema/migration.hpp"

#include <vector>

namespace contego::queue {

/// The files of sql/migrations, in the order of their numbers; written by the build.
[[nodiscard]] const std::vector<migration>& embedded_migrations();

} // namespace contego::queue
