#pragma once

#include "config/configuration.hpp"

#include <cstddef>

namespace contego::daemon {

/// How many files and sockets the lines may have open at the same time: what the admin listener must leave
/// free.
[[nodiscard]] std::size_t descriptors_needed(const configuration& c);

/// How many connections the admin listener may have, if so many descriptors may be open in this process: 32,
/// fewer if the lines would lack them, but at least one.
[[nodiscard]] std::size_t admin_connections(std::size_t may_be_open, std::size_t needed);

/// How many descriptors this process may have open (RLIMIT_NOFILE).
[[nodiscard]] std::size_t descriptor_limit();

} // namespace contego::daemon
