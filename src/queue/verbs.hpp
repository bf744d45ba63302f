#pragma once

#include "database/connection.hpp"
#include <contego/value.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace contego::queue {

/// What a verb did to one request, or would do.
struct verb_effect {
    std::int64_t request_id = 0;
    std::string action;
    std::string before;  ///< progress that it found; empty: there is no such request
    std::string after;   ///< progress that it left
    std::string refused; ///< why nothing was done; empty: done
};

/// What a person does to requests: retry, cancel, hold, release, close, skip. The rules are in SQL
/// (contego.transition, contego.objection), so that `contegod` and a person at psql are held to the same.
///
/// Blocking; from one thread at a time; throws when the database cannot answer, or refuses the filter.
class verbs {
public:
    explicit verbs(database_options options);

    /// Requests that fit every member of the filter, as contego.matching knows them, in the order of their
    /// numbers.
    [[nodiscard]] std::vector<std::int64_t> matching(const value::object& filter);

    /// Does `verb` to each of them, or only says what it would do, in one transaction. The effects are in the
    /// order of the numbers, each number once.
    [[nodiscard]] std::vector<verb_effect>
    act(const std::string& verb, std::span<const std::int64_t> ids, const std::string& reason, bool preview);

private:
    connection connection_;
};

} // namespace contego::queue
