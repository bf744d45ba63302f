#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contego::queue {

/// One process, distinct from every other present and past process: the boot and the PID namespace in which
/// its number is valid, the number, and the time of its start.
struct process {
    std::string
        machine; ///< boot and PID namespace; empty if unknown, and then no other process can judge this one
    int pid = 0;
    std::int64_t started_ticks = 0; ///< clock ticks since the boot

    bool operator==(const process&) const = default;
};

/// Facts of /proc/PID/stat about a process.
struct process_stat {
    char state = 0;
    std::int64_t started_ticks = 0;

    bool operator==(const process_stat&) const = default;
};

/// Parses the text of /proc/PID/stat. Returns nothing if it has another form.
[[nodiscard]] std::optional<process_stat> parse_stat(std::string_view text);

/// Returns whether a process that started at `started_ticks` has certainly ended. `exists` says whether a
/// process has its number now, and `stat` describes that process if it is known. Returns false in doubt.
[[nodiscard]] bool
has_surely_ended(std::int64_t started_ticks, bool exists, const std::optional<process_stat>& stat);

/// Returns this process. If /proc cannot be read, `machine` is empty.
[[nodiscard]] process this_process();

/// Asks the kernel whether a process of this machine has certainly ended. `machine` must be that of this
/// process, and not empty.
[[nodiscard]] bool has_surely_ended(const process& neighbour);

} // namespace contego::queue
