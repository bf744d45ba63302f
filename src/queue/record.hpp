#pragma once

#include "database/connection_pool.hpp"
#include "fleet/fleet.hpp"
#include <contego/outcome_store.hpp>

#include <cstddef>
#include <memory>

namespace contego::queue {

/// Makes a pool of connections for the outcomes of several providers.
[[nodiscard]] std::shared_ptr<connection_pool> make_recording_pool(database_options options,
                                                                   std::size_t size);

/// Makes an outcome_store that writes to PostgreSQL on a connection of `pool`. It tells `membership` which
/// ends of claims were written last. `membership` must outlive the returned object.
[[nodiscard]] std::unique_ptr<outcome_store> make_outcome_store(std::shared_ptr<connection_pool> pool,
                                                                fleet& membership);

} // namespace contego::queue
