#pragma once

#include "cli/commands.hpp"

// NOLINTBEGIN(readability-identifier-naming): the names of the library
namespace CLI {
class App;
}

// NOLINTEND(readability-identifier-naming)

namespace contego::daemon {

/// Adds `contegod reconcile` and its subcommands. `arguments` must live until the options are parsed; its
/// verb stays empty if the user gave another subcommand.
void add_reconcile(CLI::App& app, reconcile_arguments& arguments);

} // namespace contego::daemon
