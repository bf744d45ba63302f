#pragma once

#include "config/configuration.hpp"

#include <string_view>

namespace contego::daemon {

/// Whether a request with that Host header (`name`, `name:port`, `[address]:port`) is meant for the admin
/// listener. A page that makes a browser ask a name of its own which leads to us (DNS rebinding) is not.
///
/// Meant for it are: the address that it listens on; if that is a loopback address, `localhost` and every
/// loopback address; if it is a wildcard, `localhost` and every IP address; and `host_names` of the
/// configuration. The port is not looked at, since it may be forwarded.
[[nodiscard]] bool is_meant_for(std::string_view host, const admin_configuration& where);

} // namespace contego::daemon
