#pragma once

#include "cli/commands.hpp"

// NOLINTBEGIN(readability-identifier-naming): the names of the library
namespace CLI {
class App;
}

// NOLINTEND(readability-identifier-naming)

namespace contego::daemon {

/// Adds `contegod run` and its subcommands. `arguments` must live until the options are parsed; its verb
/// stays empty if the user gave another subcommand.
void add_run(CLI::App& app, run_arguments& arguments);

} // namespace contego::daemon
