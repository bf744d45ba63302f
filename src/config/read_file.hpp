#pragma once

#include <filesystem>
#include <string>

namespace contego::daemon {

/// The bytes of a file, or why there are none.
struct file_reading {
    std::string content;
    std::string why_not; ///< a sentence for a HINT; empty: `content` is all that the file holds
};

/// Reads a file that a person names in the configuration. A directory, a device, a FIFO and a file over 16
/// MiB are refused before anything is read: a device may never end, and a FIFO may wait for ever.
[[nodiscard]] file_reading read_file(const std::filesystem::path& file);

/// Why read_file would refuse the file; empty: it would not, or there is no such file.
[[nodiscard]] std::string why_not_read(const std::filesystem::path& file);

} // namespace contego::daemon
