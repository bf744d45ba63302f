#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace contego::queue {

/// One object of the schema, as sql/catalog.sql reads it.
struct catalog_entry {
    std::string kind;       ///< table, column, index, constraint, trigger, policy, function, view, sequence
    std::string name;       ///< with the name of its table before it, if it is a part of a table
    std::string definition; ///< as the server writes it; for a function, a digest

    friend bool operator==(const catalog_entry&, const catalog_entry&) = default;
};

/// Returns the text of sql/catalog.txt at the time of the build: the objects that the migrations of this
/// release make.
[[nodiscard]] std::string_view embedded_catalog();

/// Returns the text of sql/catalog.sql.
[[nodiscard]] const char* read_catalog_sql();

/// Parses a catalog of one object a line: its kind, name and definition, with tabs between.
[[nodiscard]] std::vector<catalog_entry> parse_catalog(std::string_view text);

/// Objects that a schema lacks, or has with another definition.
struct catalog_drift {
    std::vector<catalog_entry> missing; ///< missing objects, without the parts of a missing table
    std::vector<catalog_entry> changed; ///< the expected entries of changed objects
};

/// Compares `found` with `expected`. Further objects in `found` belong to the site and are not drift.
[[nodiscard]] catalog_drift compare(const std::vector<catalog_entry>& expected,
                                    const std::vector<catalog_entry>& found);

} // namespace contego::queue
