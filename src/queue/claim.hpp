#pragma once

#include "database/connection.hpp"
#include "fleet/fleet.hpp"
#include <contego/request_source.hpp>

#include <memory>

namespace contego::queue {

/// Makes a request_source that claims from PostgreSQL on a separate connection. Each claim is for the daemon
/// that `membership` names at that time. If the database refuses a claim because the lease has ended, the
/// source tells `membership` and throws. While claiming is stopped, it claims nothing. `membership` must
/// outlive the returned object.
[[nodiscard]] std::unique_ptr<request_source> make_request_source(database_options options,
                                                                  fleet& membership);

} // namespace contego::queue
