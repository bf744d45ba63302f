#include "daemon/systemd.hpp"

#include <systemd/sd-daemon.h>

namespace contego::daemon::systemd {

void ready(const std::string& status) {
    ::sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
}

void status(const std::string& text) {
    ::sd_notify(0, ("STATUS=" + text).c_str());
}

void alive() {
    ::sd_notify(0, "WATCHDOG=1");
}

void stopping() {
    ::sd_notify(0, "STOPPING=1\nSTATUS=waiting for the answers still in flight");
}

} // namespace contego::daemon::systemd
