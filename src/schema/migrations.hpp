#pragma once

#include "database/connection.hpp"
#include "schema/schema_text.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace contego::queue {

/// Where one migration stands.
struct migration_state {
    migration step;
    std::optional<std::string> applied_date; ///< none: not applied yet
};

/// The schema of one database against the SQL in this binary. Blocking; from one thread at a time;
/// throws when the database cannot answer. Needs the right to create the schema.
class migrations {
public:
    /// What apply did.
    struct result {
        std::optional<std::string> refusal; ///< why nothing was done, with a HINT
        schema_text applied;                ///< what was missing or had changed
    };

    /// `known` must outlive this.
    explicit migrations(database_options options, const schema_text& known = embedded_schema());

    /// Every migration this binary knows, and later ones the database has, in order.
    [[nodiscard]] std::vector<migration_state> status();

    /// The functions and views whose text differs from what was applied, or that do not exist, in the order
    /// in which they are applied. None if the schema is newer than this binary.
    [[nodiscard]] std::vector<definition> outdated();

    /// Applies the missing steps, then the functions and views that are outdated, all in one transaction.
    /// Refuses a step that was changed after it was applied, and a schema that is too new. Two that run at
    /// once take turns.
    [[nodiscard]] result apply();

    /// What is wrong with the character set of the database, as a sentence; nothing if it is UTF-8.
    [[nodiscard]] std::optional<std::string> encoding_warning();

    /// Nothing when this binary can run on the schema; else why not, with a HINT.
    [[nodiscard]] std::optional<std::string> mismatch();

private:
    struct entry {
        int version;
        std::string name;
        std::string sha256;
        int compatible_from;
        std::string applied_date;
    };

    struct ledger {
        std::vector<entry> steps; ///< in the order of their numbers
        std::map<std::pair<std::string, std::string>, std::string>
            definitions; ///< SHA-256 of those that exist
    };

    [[nodiscard]] static ledger read(pqxx::transaction_base& tx);
    [[nodiscard]] ledger read();
    [[nodiscard]] bool is_newer(const ledger& found) const;
    [[nodiscard]] std::optional<std::string> refusal(const ledger& found) const;
    [[nodiscard]] std::vector<migration> missing(const ledger& found) const;
    [[nodiscard]] std::vector<definition> outdated(const ledger& found) const;
    [[nodiscard]] result apply_in(pqxx::transaction_base& tx);

    const schema_text& known_;
    connection connection_;
};

} // namespace contego::queue
