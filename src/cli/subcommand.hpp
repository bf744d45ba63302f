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

// What the subcommands that need a configuration and a database share.

namespace exit_status {
constexpr int failed = 1;
constexpr int bad_input = 2;
} // namespace exit_status

/// Prints each mistake after `where` on standard error; whether there was any.
bool print_mistakes(const std::string& where, const std::vector<std::string>& mistakes);

/// The configuration with the environment's overrides, or nothing after every mistake was printed.
[[nodiscard]] std::optional<configuration> configured(const std::filesystem::path& file);

/// What the database said when it could not be used, with a HINT, on standard error.
void print_database_trouble(const std::exception& e);

/// Runs `work` and returns its exit status; `failed` where the database cannot be used, after saying so.
template <typename Work>
int with_database(const configuration& c, Work work) {
    try {
        return work(queue::database_options{c.database.connection, c.name});
    } catch (const std::exception& e) {
        print_database_trouble(e);
        return exit_status::failed;
    }
}

} // namespace contego::daemon
