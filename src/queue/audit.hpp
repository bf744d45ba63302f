#pragma once

#include "database/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace contego::queue {

/// A row of contego.operator_action that has its place in the chain.
struct audit_row {
    std::int64_t position = 0;
    std::int64_t id = 0;
    std::string former_hash;
    std::string hash;
    std::string text; ///< the row as it was hashed, in the encoding of the database
};

/// Rows without a place in the chain.
struct unsealed_rows {
    std::int64_t rows = 0;
    double oldest_age_seconds = 0; ///< 0 if there is none
};

/// Reads the audit. It writes the hashed text of each row by itself. So it does not depend on functions that
/// the owner of the schema could have changed.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer.
class audit {
public:
    explicit audit(database_options options);

    /// Returns the next rows after a position, in the order of positions; at most 1,000.
    [[nodiscard]] std::vector<audit_row> after(std::int64_t position);

    [[nodiscard]] unsealed_rows unsealed();

private:
    connection connection_;
};

/// Finds breaks in a chain of rows that are passed to it in order.
class audit_chain {
public:
    /// Returns the fault of the next row as a sentence; empty: it has none.
    [[nodiscard]] std::string fault_of(const audit_row& next);

    [[nodiscard]] std::int64_t last() const { return last_; } ///< position of the latest row

    [[nodiscard]] const std::string& hash() const { return hash_; } ///< of the latest row

private:
    std::int64_t last_ = 0;
    std::string hash_;
};

} // namespace contego::queue
