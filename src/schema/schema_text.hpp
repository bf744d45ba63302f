#pragma once

#include "schema/definition.hpp"
#include "schema/migration.hpp"

#include <vector>

namespace contego::queue {

/// The SQL that makes the schema.
struct schema_text {
    std::vector<migration> steps;        ///< in the order of their numbers
    std::vector<definition> definitions; ///< in the order in which they are applied
};

/// The files of sql/migrations, sql/functions and sql/views; written by the build.
[[nodiscard]] const schema_text& embedded_schema();

} // namespace contego::queue
