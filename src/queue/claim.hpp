#pragma once

#include "database/connection.hpp"
#include "fleet/fleet.hpp"
#include <contego/claims.hpp>

#include <memory>

namespace contego::queue {

/// Claims from PostgreSQL on a connection of its own, for the daemon that `membership` names at each call.
/// `membership` must outlive the returned object.
[[nodiscard]] std::unique_ptr<claims> make_claims(database_options options, const fleet& membership);

} // namespace contego::queue
