#pragma once

#include "cli/chosen_binding.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace contego::daemon {

// The subcommands of contegod. Each prints its result to standard output and its errors to standard error.
// Each returns the exit status: 0 done, 1 failed, 2 bad input or configuration.

[[nodiscard]] int serve_command(const std::filesystem::path& configuration_file);

struct migrate_arguments {
    std::filesystem::path configuration_file;
    bool status = false;  ///< only list the applied migrations
    bool dry_run = false; ///< only print the SQL that would run
};

[[nodiscard]] int migrate_command(const migrate_arguments& arguments);

struct check_arguments {
    std::filesystem::path configuration_file; ///< empty: check `binding_file` alone
    std::filesystem::path binding_file;
    bool keys = false; ///< print the documentation of all keys instead
};

[[nodiscard]] int check_command(const check_arguments& arguments);

struct dry_run_arguments {
    std::string what;       ///< code of a CRM action or of a command
    std::string parameters; ///< JSON, `@FILE`, or `-` for standard input
    binding_choice wire;
};

[[nodiscard]] int plan_command(const dry_run_arguments& arguments);

/// Prints an envelope. `what` is the code of a command.
[[nodiscard]] int render_command(const dry_run_arguments& arguments);

/// Prints all envelopes of an action, each after a comment that names its command.
[[nodiscard]] int render_action(const dry_run_arguments& arguments);

struct read_arguments {
    std::string command; ///< code of a command
    std::string answer;  ///< name of a file, or `-` for standard input
    int http_status = 200;
    binding_choice wire;
};

/// Prints the reply that the binding makes of a saved answer, and the rule that decided. Returns 0 for every
/// outcome.
[[nodiscard]] int read_command(const read_arguments& arguments);

struct try_arguments {
    std::filesystem::path configuration_file;
    std::string provider;        ///< empty: the only one
    std::string command;         ///< code of a command
    std::string parameters;      ///< JSON, `@FILE`, or `-` for standard input
    std::int64_t request_id = 0; ///< of which the ids are made; 0: the seconds since 1970
    bool send = false;           ///< also send a command that changes something
};

/// Sends one command to the endpoint of a provider, and prints request, connection, answer and reply. Uses no
/// database. Returns 0 if the outcome is a success, and 1 otherwise. A command that changes something is only
/// printed, with status 2, unless `send` is set.
[[nodiscard]] int try_command(const try_arguments& arguments);

[[nodiscard]] int status_command(const std::filesystem::path& configuration_file);

struct doctor_arguments {
    std::filesystem::path configuration_file;
    bool json = false;                  ///< for programs
    double longest_transaction_s = 300; ///< an older transaction that keeps dead rows is a finding
};

/// Returns 0 if no check found an error, 1 if some did, and 2 if the configuration has mistakes. Each error
/// is printed with a hint.
[[nodiscard]] int doctor_command(const doctor_arguments& arguments);

/// Returns a line for each check, with its name and what it looks at.
[[nodiscard]] std::string describe_checks();

struct verb_arguments {
    std::filesystem::path configuration_file;
    std::string verb; ///< retry, cancel, hold, release, close, skip
    std::vector<std::int64_t> ids;
    std::map<std::string, std::string>
        filter; ///< from a member of the filter of contego.matching to its value
    std::string reason;
    bool preview = false; ///< only print what the verb would do
    bool yes = false;     ///< act on all requests that the filter finds
};

/// Returns 0 if every request was acted on, and 1 if some were refused. Each refused request is printed with
/// the reason.
[[nodiscard]] int verb_command(const verb_arguments& arguments);

struct audit_arguments {
    std::filesystem::path configuration_file;
    bool verify = false;           ///< verify the chain; false: export it
    std::filesystem::path against; ///< verify: an export to compare with; may be empty
    std::filesystem::path key; ///< of the signature: private for an export, public or private to verify one
};

/// Verifies or exports contego.operator_action. Returns 1 if the chain has a fault. Each fault is printed.
[[nodiscard]] int audit_command(const audit_arguments& arguments);

struct data_loss_arguments {
    std::filesystem::path configuration_file;
    std::string reason;
    bool nothing_lost = false; ///< the operator vouches that the database has every acknowledged write
    bool unnoticed = false;    ///< data was lost although claiming is not stopped
    bool preview = false;      ///< only print how many requests would be marked
};

/// Confirms the current lineage of the database, so that claiming goes on. Returns 1 if there is nothing to
/// confirm, or if data was lost and the operator says that none was.
[[nodiscard]] int data_loss_command(const data_loss_arguments& arguments);

struct run_arguments {
    std::filesystem::path configuration_file;
    std::string verb; ///< start, list, show, pause, resume, cancel, retry-failed, forget, revert, renewals
    std::int64_t run = 0;
    /// From an argument of contego.start_run or contego.revert to its value as text; `cards` is the name of a
    /// file.
    std::map<std::string, std::string> settings;
    std::string reason;
    bool dry_run = false; ///< only count and check the cards
    bool watch = false;   ///< show the progress until the run ends or pauses
};

/// Returns 1 if the verb was refused, if a dry run found a fault, or if the watched run paused or has failed
/// cards.
[[nodiscard]] int run_command(const run_arguments& arguments);

struct reconcile_arguments {
    std::filesystem::path configuration_file;
    std::string verb; ///< start, list, show, drift, heal
    std::int64_t reconciliation = 0;
    /// From an argument of contego.reconcile to its value as text; `cards` is the name of a file.
    std::map<std::string, std::string> settings;
    std::vector<std::string> kinds; ///< drift, heal: only these kinds; empty: all
    std::string pace; ///< heal: at most this many cards per second; empty: as the reconciliation
    std::string reason;
    bool dry_run = false; ///< start: only count the cards
    bool preview = false; ///< heal: only count the corrections
    bool watch = false;   ///< show the progress until the run ends or pauses
};

/// Returns 1 if the database refused, and if a watched reconciliation found a difference or did not end.
[[nodiscard]] int reconcile_command(const reconcile_arguments& arguments);

} // namespace contego::daemon
