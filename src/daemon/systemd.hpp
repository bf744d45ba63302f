#pragma once

#include <string>

namespace contego::daemon::systemd {

// Each tells the service manager; where there is none, nothing happens.

void ready(const std::string& status);
void status(const std::string& text);
void stopping();

/// Without it for WatchdogSec, the service manager ends the process and starts it again.
void alive();

} // namespace contego::daemon::systemd
