#pragma once

#include "cli/commands.hpp"

namespace CLI { // NOLINT(readability-identifier-naming): the name of the library
class App;
}

namespace contego::daemon {

/// Adds `contegod run` and its subcommands. `arguments` must live until the options are parsed; its verb
/// stays empty if the user gave another subcommand.
void add_run(CLI::App& app, run_arguments& arguments);

} // namespace contego::daemon
