#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace contego::daemon {

// The subcommands of contegod. Each prints to standard output, complains on standard error, and returns the
// exit status: 0 done, 1 failed, 2 bad input or configuration.

[[nodiscard]] int serve_command(const std::filesystem::path& configuration_file);

struct migrate_arguments {
    std::filesystem::path configuration_file;
    bool status = false;  ///< only say what is applied
    bool dry_run = false; ///< only print the SQL that would run
};

[[nodiscard]] int migrate_command(const migrate_arguments& arguments);

struct check_arguments {
    std::filesystem::path configuration_file;
    bool keys = false; ///< print the documentation of all keys instead
};

[[nodiscard]] int check_command(const check_arguments& arguments);

struct dry_run_arguments {
    std::string what;                   ///< action, or code of a command
    std::string parameters;             ///< JSON, `@FILE`, or `-` for standard input
    std::filesystem::path binding_file; ///< empty: the default binding
};

[[nodiscard]] int plan_command(const dry_run_arguments& arguments);
[[nodiscard]] int render_command(const dry_run_arguments& arguments);

[[nodiscard]] int status_command(const std::filesystem::path& configuration_file);

struct doctor_arguments {
    std::filesystem::path configuration_file;
    bool json = false;                  ///< for programs
    double longest_transaction_s = 300; ///< an older one that keeps dead rows is a finding
};

/// 0: no error; 1: errors, each printed with a hint; 2: the configuration is wrong.
[[nodiscard]] int doctor_command(const doctor_arguments& arguments);

/// A line for each check: its name, and what it looks at.
[[nodiscard]] std::string describe_checks();

struct verb_arguments {
    std::filesystem::path configuration_file;
    std::string verb; ///< retry, cancel, hold, release, close, skip
    std::vector<std::int64_t> ids;
    std::map<std::string, std::string> filter; ///< member of contego.matching to its value
    std::string reason;
    bool preview = false; ///< only say what would be done
    bool yes = false;     ///< do it to all that the filter finds
};

/// 0: done to every one of them; 1: some were refused, each is printed with the reason.
[[nodiscard]] int verb_command(const verb_arguments& arguments);

} // namespace contego::daemon
