#pragma once

#include "config/configuration.hpp"

#include <cstddef>

namespace contego::daemon {

/// Returns how many files and sockets the daemon may have open without the clients of the admin listener.
[[nodiscard]] std::size_t descriptors_needed(const configuration& c);

/// Returns how many connections the admin listener may have if `may_be_open` is the limit of descriptors of
/// this process: 32, or fewer if the rest of the daemon would lack them, but at least one.
[[nodiscard]] std::size_t admin_connections(std::size_t may_be_open, std::size_t needed);

/// Returns how many descriptors this process may have open (RLIMIT_NOFILE).
[[nodiscard]] std::size_t descriptor_limit();

} // namespace contego::daemon
