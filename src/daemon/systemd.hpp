#pragma once

#include <string>

namespace contego::daemon::systemd {

// Each tells the service manager; where there is none, nothing happens.

void ready(const std::string& status);
void status(const std::string& text);
void stopping();

} // namespace contego::daemon::systemd
