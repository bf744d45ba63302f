#pragma once

#include "config/configuration.hpp"
#include "telemetry/logbook.hpp"

#include <stdexcept>

namespace contego::daemon {

/// The daemon could not start; what() says why, with a HINT where there is one.
struct start_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Runs the daemon until SIGTERM, SIGINT or SIGQUIT: then claims nothing more, finishes what is in flight,
/// records it, and gives the rest back. A second signal, or the end of the drain time, leaves at once: what
/// is left is taken over by another daemon. If the network thread stands for longer than the lease, or does
/// not stop in time, the process ends at once with status 1.
///
/// Returns the exit status: 0 after a complete drain, 1 otherwise. Throws start_failure before anything was
/// claimed.
[[nodiscard]] int serve(const configuration& c, logbook& log);

} // namespace contego::daemon
