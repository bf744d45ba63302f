#pragma once

namespace contego::daemon {

/// Opens /dev/null for each of standard input, output and error that is closed. Without it the next file or
/// socket gets that number, and log lines go into the database's connection.
void open_standard_streams();

/// Prepares a process that runs for long; call it before the first thread is started.
///
/// No signal ends it but those that it handles (SIGTERM, SIGINT, SIGQUIT), those of a crash, and SIGKILL: a
/// timer, a closed pipe or a full disk must not end the daemon without a drain. Signals that whoever started
/// it had blocked are let through. It leaves no core dump, and other processes of the same user cannot read
/// its memory or environment, for both may hold PINs and passwords.
void prepare_process();

} // namespace contego::daemon
