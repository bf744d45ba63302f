#pragma once

#include "config/configuration.hpp"
#include "telemetry/logbook.hpp"

#include <stdexcept>

namespace contego::daemon {

/// The daemon could not start. what() says why, with a HINT if there is one.
struct start_failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Runs the daemon until SIGTERM, SIGINT or SIGQUIT. Then it claims nothing more, waits for the answers in
/// flight, records them, and gives the other requests back.
///
/// A second signal, or the end of the drain time, ends the exchanges in flight without their answers. A third
/// signal, or a failure to record that in time, leaves the requests to another daemon. If the network thread
/// hangs for longer than the lease, or does not stop in time, the process ends at once with status 1.
///
/// Returns the exit status: 0 after a complete drain, 1 otherwise. Throws start_failure before it claims
/// anything.
[[nodiscard]] int serve(const configuration& c, logbook& log);

} // namespace contego::daemon
