#pragma once

#include "database/connection.hpp"
#include <contego/value.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace contego::queue {

/// The effect of a verb on one request, or its effect in a preview.
struct verb_effect {
    std::int64_t request_id = 0;
    std::string action;
    std::string before;  ///< progress before; empty if there is no such request
    std::string after;   ///< progress after
    std::string refused; ///< why the verb was refused; empty if it was done
};

/// The verbs of an operator: retry, cancel, hold, release, close and skip. Their rules are in SQL
/// (contego.transition, contego.objection), so that they are the same for `contegod` and for psql.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer, or refuses the filter.
class verbs {
public:
    explicit verbs(database_options options);

    /// Returns the requests that match every member of the filter, in the order of their numbers.
    /// contego.matching defines the members.
    [[nodiscard]] std::vector<std::int64_t> matching(const value::object& filter);

    /// Applies `verb` to each request in one transaction, or only returns what it would do. The effects are
    /// in the order of the numbers, each number once.
    [[nodiscard]] std::vector<verb_effect>
    act(const std::string& verb, std::span<const std::int64_t> ids, const std::string& reason, bool preview);

private:
    connection connection_;
};

} // namespace contego::queue
