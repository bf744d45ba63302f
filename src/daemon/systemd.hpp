#pragma once

#include <string>

namespace contego::daemon::systemd {

// Each function reports to the service manager, and does nothing if there is none.

void ready(const std::string& status);
void status(const std::string& text);
void stopping();

/// If this is not called for WatchdogSec, the service manager kills the process and starts it again.
void alive();

} // namespace contego::daemon::systemd
