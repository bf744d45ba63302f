#pragma once

#include "database/connection.hpp"
#include <contego/value.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace contego::queue {

/// The answer to the start of a reconciliation.
struct reconciliation_start {
    std::optional<std::int64_t> reconciliation; ///< nothing in a dry run
    std::int64_t cards = 0;
    std::string opens_date; ///< when the run may send first
    std::string lasts;      ///< how long it takes at its pace; empty without a pace
};

/// A row of contego.reconciliations.
struct reconciliation {
    std::int64_t number = 0;
    std::int64_t heals = 0; ///< the reconciliation whose differences it corrects; 0: it only reads
    std::string against;
    std::string state;
    std::string why;
    std::int64_t cards = 0;
    std::int64_t compared = 0;
    std::int64_t unlike = 0;
    std::int64_t passed_over = 0;
    std::int64_t failed = 0;
    std::string found;        ///< such as `3 missing, 1 extra`; empty: nothing
    std::string not_compared; ///< sentences about data that no answer returned; empty: all was compared
    std::string errors;       ///< the most frequent error codes of `failed`, each with a request
};

/// A row of contego.drift.
struct difference {
    std::string card;
    std::string kind;
    std::string name;
    std::string should_have;
    std::string has;
    std::string state;
    std::string correction; ///< a command; empty: a person must decide
    std::string found_date;
    std::int64_t failed_request = 0; ///< the request that failed to correct it; 0: none
    std::string error_code;          ///< of that request; may be empty
};

/// What contego.heal did, or would do, about one kind.
struct healing {
    std::string kind;
    std::string correction; ///< a command; empty: a person must decide
    std::int64_t differences = 0;
    std::int64_t cards = 0;
    std::optional<std::int64_t> run; ///< nothing in a preview
};

/// The reconciliations of a database, for `contegod reconcile`. The rules are in SQL, so that they are the
/// same for psql.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer, or refuses the call.
class reconciliations {
public:
    explicit reconciliations(database_options options);

    /// Starts a reconciliation. The members of `settings` are the arguments of contego.reconcile.
    reconciliation_start start(const value::object& settings);

    /// Returns the reconciliation with this number, or the latest 50, the newest first.
    [[nodiscard]] std::vector<reconciliation> list(std::optional<std::int64_t> number = {});

    /// Returns how many differences of this reconciliation are in each state, such as `5 healed, 1 open`.
    /// Empty: a run was never to correct one.
    [[nodiscard]] std::string states(std::int64_t number);

    /// Calls `work` with each open difference of these kinds, in the order of the cards. No kind means all.
    void drift(std::int64_t number,
               const std::vector<std::string>& kinds,
               const std::function<void(const difference&)>& work);

    /// Corrects the open differences of these kinds at `pace` cards per second, or only counts them. If the
    /// pace is empty, it is that of the reconciliation.
    std::vector<healing> heal(std::int64_t number,
                              bool preview,
                              const std::vector<std::string>& kinds,
                              const std::string& reason,
                              const std::string& pace);

private:
    connection connection_;
};

} // namespace contego::queue
