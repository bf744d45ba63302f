#pragma once

#include "queue/runs.hpp"

#include <cstdint>

namespace contego::daemon {

/// Prints one line about a run.
void print_run(const queue::run_progress& p);

/// Prints a run with its errors. Returns the exit status: `failed` if there is no such run.
[[nodiscard]] int print_run(queue::runs& on, std::int64_t run);

/// Shows the progress until the run is no longer running, on a terminal as a bar that moves. Returns the exit
/// status: 0 if all its cards are done.
[[nodiscard]] int watch_run(queue::runs& on, std::int64_t run);

} // namespace contego::daemon
