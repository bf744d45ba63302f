#pragma once

#include "database/connection.hpp"
#include "fleet/fleet.hpp"
#include <contego/request_source.hpp>

#include <memory>

namespace contego::queue {

/// Claims from PostgreSQL on a connection of its own, for the daemon that `membership` names at each call.
/// `membership` must outlive the returned object.
[[nodiscard]] std::unique_ptr<request_source> make_request_source(database_options options,
                                                                  const fleet& membership);

} // namespace contego::queue
