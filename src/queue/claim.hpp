#pragma once

#include "database/connection_pool.hpp"
#include "fleet/fleet.hpp"
#include <contego/request_source.hpp>

#include <cstddef>
#include <memory>

namespace contego::queue {

/// Makes a pool of connections for the claims of several providers.
[[nodiscard]] std::shared_ptr<connection_pool> make_claiming_pool(database_options options, std::size_t size);

/// Makes a request_source that claims from PostgreSQL on a connection of `pool`. Each claim is for the daemon
/// that `membership` names at that time. If the database refuses a claim because the lease has ended, the
/// source tells `membership` and throws. While claiming is stopped, it claims nothing. `membership` must
/// outlive the returned object.
[[nodiscard]] std::unique_ptr<request_source> make_request_source(std::shared_ptr<connection_pool> pool,
                                                                  fleet& membership);

} // namespace contego::queue
