#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace contego::queue {

/// One process, told apart from every other there is and was: where process numbers mean the same (a boot of
/// a machine and a namespace in it), its number, and when it started.
struct process {
    std::string machine; ///< empty: not known, then nothing can be said of the process
    int pid = 0;
    std::int64_t started_ticks = 0; ///< since the boot

    bool operator==(const process&) const = default;
};

/// What /proc/PID/stat says of a process.
struct process_stat {
    char state = 0;
    std::int64_t started_ticks = 0;

    bool operator==(const process_stat&) const = default;
};

/// Reads the text of /proc/PID/stat; nothing where it is not what is expected.
[[nodiscard]] std::optional<process_stat> parse_stat(std::string_view text);

/// Whether a process that was started at `started_ticks` has surely ended. `exists`: some process has its
/// number now; `stat`: what is known of that one, if anything. If that cannot be told, it has not.
[[nodiscard]] bool
has_surely_ended(std::int64_t started_ticks, bool exists, const std::optional<process_stat>& stat);

/// This process. Where /proc does not tell, `machine` is empty.
[[nodiscard]] process this_process();

/// Whether a process of this machine (the same `machine`, not empty) has surely ended, as far as the kernel
/// says.
[[nodiscard]] bool has_surely_ended(const process& neighbour);

} // namespace contego::queue
