#pragma once

#include "database/connection.hpp"
#include "schema/migration.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

/// Where one migration stands.
struct migration_state {
    migration step;
    std::optional<std::string> applied_date; ///< none: not applied yet
};

/// The schema of one database against the migrations in this binary. Blocking; from one thread at a time;
/// throws when the database cannot answer. Needs the right to create the schema.
class migrations {
public:
    explicit migrations(database_options options);

    /// Every migration this binary knows, and later ones the database has, in order.
    [[nodiscard]] std::vector<migration_state> status();

    /// Applies what is missing, each step in a transaction of its own, telling `applied` after each. Two that
    /// run at once do not get in each other's way. Returns how many were applied.
    int apply(const std::function<void(const migration&)>& applied);

    /// What is wrong with the character set of the database, as a sentence; nothing if it is UTF-8.
    [[nodiscard]] std::optional<std::string> encoding_warning();

    /// Nothing when this binary can run on the schema; else why not, with a HINT.
    [[nodiscard]] std::optional<std::string> mismatch();

private:
    struct entry {
        int version;
        std::string name;
        std::string applied_date;
    };

    void provide_ledger();
    [[nodiscard]] std::vector<entry> applied();

    connection connection_;
};

} // namespace contego::queue
