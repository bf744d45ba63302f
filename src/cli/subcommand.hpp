#pragma once

#include "config/configuration.hpp"
#include "database/connection.hpp"

#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace contego::daemon {

// Functions for the subcommands that need a configuration and a database.

namespace exit_status {
constexpr int failed = 1;
constexpr int bad_input = 2;
} // namespace exit_status

/// Prints each mistake on standard error, after `where`. Returns whether there was a mistake.
bool print_mistakes(const std::string& where, const std::vector<std::string>& mistakes);

/// Returns the configuration with the overrides of the environment, or nothing after it printed every
/// mistake.
[[nodiscard]] std::optional<configuration> configured(const std::filesystem::path& file);

/// Prints on standard error why the database cannot be used, with a HINT.
void print_database_trouble(const std::exception& e);

/// Runs `work` and returns its exit status. If the database cannot be used, prints why and returns `failed`.
template <typename Work>
int with_database(const configuration& c, Work work) {
    try {
        return work(queue::database_options{c.database.connection, c.name});
    } catch (const std::exception& e) {
        print_database_trouble(e);
        return exit_status::failed;
    }
}

/// Returns whether the database has a schema that this program works with. If not, prints what to do.
[[nodiscard]] bool has_schema(const queue::database_options& database);

/// As `with_database`, for a subcommand that works with the schema of this program.
template <typename Work>
int with_schema(const configuration& c, Work work) {
    return with_database(c, [&work](const queue::database_options& database) {
        return has_schema(database) ? work(database) : exit_status::failed;
    });
}

} // namespace contego::daemon
