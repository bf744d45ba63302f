#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace contego::daemon {

/// An option whose text is an argument of a function in the database.
struct setting_option {
    const char* name; ///< of the option, without `--`; the argument has `_` for `-`
    const char* type; ///< as the help shows it
    const char* help;
};

/// The texts that were given, by the names of the arguments.
using given_settings = std::map<std::string, std::string>;

/// Each function adds an option. What it refers to must outlive the parsing.
void add_setting(CLI::App& to, given_settings& settings, const setting_option& setting);

/// `--quiet-hours HH:MM-HH:MM`, which gives quiet_from and quiet_until. The subcommand must have
/// `--time-zone`.
void add_quiet_hours(CLI::App& to, given_settings& settings, const char* help);

void add_configuration(CLI::App& to, std::filesystem::path& file);
void add_reason(CLI::App& to, std::string& reason);
void add_watch(CLI::App& to, bool& watch);

} // namespace contego::daemon
