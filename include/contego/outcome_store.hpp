#pragma once

#include <contego/recorded_run.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace contego {

/// Written in one transaction. A claim has at most one run in it.
struct record_batch {
    std::vector<recorded_run> runs;
};

/// The result of writing one batch.
struct record_answer {
    /// Requests whose claim was no longer ours: nothing of them was written.
    std::vector<std::int64_t> stale;
    /// Requests whose outcome the database refused to store. They stay claimed.
    std::vector<std::int64_t> failed;
    std::string failure; ///< what the database said about the first of those
    /// Requests whose row another session keeps locked: nothing of them was written; write it again later.
    std::vector<std::int64_t> postponed;
    std::size_t woken = 0; ///< requests that waited for one of the batch and may now be claimed
};

/// Role: writes outcomes, but only for requests whose latest claim is ours.
///
/// Blocking; call from a database thread, one call at a time. A run that cannot be stored fails alone and is
/// named in the answer. Throws std::exception if the database does not answer. Then the batch may be written
/// or not, and writing it again is safe, since the fence lets each verdict in once.
class outcome_store {
public:
    outcome_store() = default;
    outcome_store(const outcome_store&) = delete;
    outcome_store& operator=(const outcome_store&) = delete;
    virtual ~outcome_store() = default;

    /// Writes the batch in one transaction.
    [[nodiscard]] virtual record_answer record(const record_batch& batch) = 0;
};

} // namespace contego
