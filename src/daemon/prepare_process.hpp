#pragma once

namespace contego::daemon {

/// Opens /dev/null for each of standard input, output and error that is closed. Otherwise the next file or
/// socket would get that number, and log lines could go into a connection to the database.
void open_standard_streams();

/// Prepares a process that runs for a long time. Call it before the first thread starts.
///
/// Afterwards only these signals end the process: SIGTERM, SIGINT and SIGQUIT, which it handles, the signals
/// of a crash, and SIGKILL. A timer, a closed pipe or a full disk must not end the daemon without a drain.
/// Signals that the parent process had blocked are unblocked.
///
/// The process leaves no core dump, and other processes of the same user cannot read its memory or
/// environment. Both may contain PINs and passwords.
void prepare_process();

} // namespace contego::daemon
