#include "telemetry/descriptors.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace contego::daemon {
namespace {

constexpr std::size_t most_for_admin = 32;

/// Descriptors outside the lines: standard streams, event loops, the admin listener, files that are read
/// again, and connections to the database. Each call to the database duplicates the descriptor of its socket.
constexpr std::size_t beside_the_lines = 42;
constexpr std::size_t of_a_line = 8;

} // namespace

std::size_t descriptors_needed(const configuration& c) {
    std::size_t all = beside_the_lines;
    for (const auto& [name, p] : c.providers)
        if (p.effective) all += of_a_line + p.line.in_flight * p.urls().size();
    return all;
}

std::size_t admin_connections(std::size_t may_be_open, std::size_t needed) {
    return std::clamp<std::size_t>(may_be_open > needed ? may_be_open - needed : 0, 1, most_for_admin);
}

std::size_t descriptor_limit() {
    ::rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

} // namespace contego::daemon
