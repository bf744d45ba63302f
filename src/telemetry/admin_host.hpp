#pragma once

#include "config/configuration.hpp"

#include <string_view>

namespace contego::daemon {

/// Returns whether a request with that Host header (`name`, `name:port` or `[address]:port`) is meant for the
/// admin listener. This keeps out a web page whose own host name resolves to this machine (DNS rebinding).
///
/// The listener accepts its own address and the `host_names` of the configuration. On a loopback address it
/// also accepts `localhost` and every loopback address, and on a wildcard address `localhost` and every IP
/// address. The port is ignored, because it may be forwarded.
[[nodiscard]] bool is_meant_for(std::string_view host, const admin_configuration& where);

} // namespace contego::daemon
