#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contego::queue {

/// One thing that the schema is made of, as sql/catalog.sql reads it.
struct catalog_entry {
    std::string kind;       ///< table, column, index, constraint, trigger, policy, function, view, sequence
    std::string name;       ///< with its table's before it, where it belongs to one
    std::string definition; ///< in the server's words; of a function a digest

    friend bool operator==(const catalog_entry&, const catalog_entry&) = default;
};

/// The text of sql/catalog.txt as it was when this was built: what this release's migrations make.
[[nodiscard]] std::string_view embedded_catalog();

/// The text of sql/catalog.sql.
[[nodiscard]] const char* read_catalog_sql();

/// One entry a line: kind, name, definition, with a tab between.
[[nodiscard]] std::vector<catalog_entry> parse_catalog(std::string_view text);

/// What a schema lacks, or has in another shape.
struct catalog_drift {
    std::vector<catalog_entry> missing; ///< where a table is, nothing that belongs to it
    std::vector<catalog_entry> changed; ///< as it should be
};

/// `found` against `expected`. What is found beyond that is a site's own and no drift.
[[nodiscard]] catalog_drift compare(const std::vector<catalog_entry>& expected,
                                    const std::vector<catalog_entry>& found);

} // namespace contego::queue
