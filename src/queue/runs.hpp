#pragma once

#include "database/connection.hpp"
#include <contego/value.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace contego::queue {

/// The answer to the start of a run, or to its dry run.
struct run_start {
    std::optional<std::int64_t> run; ///< nothing in a dry run
    bool is_new = false;             ///< false if the key is known: nothing was started
    std::int64_t cards = 0;
    std::int64_t duplicates = 0; ///< cards that were named before with the same parameters
    std::string opens_date;      ///< when the run may send first
    std::string lasts;           ///< how long it takes at its pace; empty without a pace
};

/// A service or box of a card that an undo would bring back, or would not.
struct revert_step {
    std::string card;
    std::string effect; ///< ADD, CANCEL, PAIR, NOTHING, LEFT_ALONE, UNKNOWN, NOT_POSSIBLE
    std::string kind;   ///< service or box; empty if the row is about a request
    std::string name;
    std::string end_date; ///< of the window that is added again
    std::string why;
};

/// The answer to an undo.
struct revert_start {
    std::optional<std::int64_t> run; ///< nothing if there is nothing to send
    std::int64_t cards = 0;
    std::int64_t commands = 0;
    std::int64_t left_alone = 0; ///< services and boxes that another request changed later
    std::int64_t not_undone = 0; ///< services and boxes that nobody can bring back
};

/// A policy by which daemons renew windows.
struct renewal_policy {
    std::string provider;
    std::string service; ///< * for all services
    bool active = false;
    std::int64_t windows = 0; ///< windows that end soon, and that no run renews so far
    std::string rule;         ///< how far ahead, until when, at which pace, and the quiet hours
    std::string latest;       ///< the latest run with its state, and why none was started
};

/// The effect of a verb on a run.
struct run_effect {
    std::string before;
    std::string after;
    std::string refused; ///< why the verb was refused; empty if it was done
};

/// A row of contego.run_progress.
struct run_progress {
    std::int64_t run = 0;
    std::string action;
    std::string state;
    std::string why;
    std::int64_t cards = 0;
    std::int64_t waiting = 0;
    std::int64_t in_flight = 0;
    std::int64_t held = 0;
    std::int64_t maybe_sent = 0;
    std::int64_t done = 0;
    std::int64_t failed = 0;
    std::int64_t cancelled = 0;
    double percent = 0;
    std::string rate;           ///< requests per second
    std::string estimated_date; ///< empty if it is not known
    std::string created_by;
    std::string created_date;
};

/// A row of contego.run_error.
struct run_error {
    std::string progress;
    std::string code;
    std::int64_t cards = 0;
    std::string example;
};

/// The runs of a database, for `contegod run`. The rules are in SQL, so that they are the same for psql.
///
/// Blocking. Call it from one thread at a time. Throws if the database cannot answer, or refuses the call.
class runs {
public:
    explicit runs(database_options options);

    /// Starts a run. The members of `settings` are the arguments of contego.start_run.
    run_start start(const value::object& settings);

    /// Calls `work` with each card of a run that would be started, and the parameters of its request as JSON.
    /// Nothing is stored.
    void preview(const value::object& settings,
                 const std::function<void(std::string_view card, std::string_view parameters)>& work);

    /// Starts the undo of a run or of requests that match a filter. The members of `settings` are the
    /// arguments of contego.revert.
    revert_start revert(const value::object& settings);

    /// Calls `work` with each step that an undo would take or leave out. Nothing is stored.
    void preview_revert(const value::object& settings, const std::function<void(const revert_step&)>& work);

    /// Returns the policies of renewal.
    [[nodiscard]] std::vector<renewal_policy> renewals();

    /// Applies a verb to a run: pause, resume, cancel, retry_failed or forget.
    run_effect change(std::int64_t run, const std::string& verb, const std::string& reason);

    /// Returns how many open differences are kept with a reconciliation. Only operators and support may ask.
    [[nodiscard]] std::int64_t open_differences(std::int64_t run);

    /// Returns the run with this number, or the latest 50 runs, the newest first.
    [[nodiscard]] std::vector<run_progress> list(std::optional<std::int64_t> run = {});

    /// Returns the errors of a run, the most frequent first.
    [[nodiscard]] std::vector<run_error> errors(std::int64_t run);

private:
    connection connection_;
};

} // namespace contego::queue
