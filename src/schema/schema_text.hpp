#pragma once

#include "schema/definition.hpp"
#include "schema/migration.hpp"

#include <vector>

namespace contego::queue {

/// The SQL of the schema.
struct schema_text {
    std::vector<migration> migrations;   ///< in the order of their numbers
    std::vector<definition> definitions; ///< in the order in which they are applied
};

/// Returns the files of sql/migrations, sql/functions and sql/views, which the build embeds.
[[nodiscard]] const schema_text& embedded_schema();

} // namespace contego::queue
