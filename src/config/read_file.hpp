#pragma once

#include <filesystem>
#include <string>

namespace contego::daemon {

/// The bytes of a file, or the reason why it was not read.
struct file_reading {
    std::string content;
    std::string why_not; ///< a sentence for a HINT; empty if `content` holds the whole file
};

/// Reads a file that the configuration names. It refuses a directory, a device, a FIFO and a file over 16 MiB
/// before it reads anything. Reading a device may never end, and a FIFO may block forever.
[[nodiscard]] file_reading read_file(const std::filesystem::path& file);

/// Returns why read_file would refuse the file. The text is empty if it would not, or if there is no such
/// file.
[[nodiscard]] std::string why_not_read(const std::filesystem::path& file);

} // namespace contego::daemon
