#pragma once

#include "database/connection.hpp"
#include "schema/schema_text.hpp"

#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

/// A migration and the date on which it was applied.
struct migration_state {
    migration one;
    std::optional<std::string> applied_date; ///< nothing if it is not applied
};

/// Compares the schema of a database with the SQL in this program, and migrates it. Applying needs the right
/// to create the schema.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer.
class migrations {
public:
    /// The result of `apply`.
    struct result {
        std::optional<std::string> refusal; ///< why nothing was applied, with a HINT
        schema_text applied;                ///< the migrations, functions and views that were applied
    };

    /// `known` must outlive this.
    explicit migrations(database_options options, const schema_text& known = embedded_schema());

    /// Returns every migration that this program knows, and later migrations of the database, in order.
    [[nodiscard]] std::vector<migration_state> status();

    /// Returns the functions and views that do not exist or were applied with another text, in the order of
    /// their application. Returns none if the schema is newer than this program.
    [[nodiscard]] std::vector<definition> outdated();

    /// Applies the missing migrations, then the outdated functions and views, in one transaction. Refuses if
    /// a migration was changed after it was applied, or if the schema is too new. Two calls at once take
    /// turns.
    [[nodiscard]] result apply();

    /// Returns a warning about the encoding of the database, or nothing if it is UTF-8.
    [[nodiscard]] std::optional<std::string> encoding_warning();

    /// Returns why this program cannot run on the schema, with a HINT, or nothing if it can.
    [[nodiscard]] std::optional<std::string> mismatch();

private:
    const schema_text& known_;
    connection connection_;
};

} // namespace contego::queue
