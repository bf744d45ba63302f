#include "config/read_file.hpp"

#include <array>
#include <cstddef>
#include <fstream>
#include <system_error>

namespace contego::daemon {
namespace {

constexpr std::size_t most_bytes = std::size_t{16} << 20U;
constexpr const char* too_large = "a file that the configuration names must not be larger than 16 MiB";

} // namespace

std::string why_not_read(const std::filesystem::path& file) {
    std::error_code ec;
    const auto status = std::filesystem::status(file, ec);
    if (ec || !std::filesystem::exists(status)) return {};
    if (!std::filesystem::is_regular_file(status))
        return "it must be a regular file, not a directory, a device or a FIFO";
    const auto size = std::filesystem::file_size(file, ec);
    return !ec && size > most_bytes ? too_large : "";
}

file_reading read_file(const std::filesystem::path& file) {
    if (auto why = why_not_read(file); !why.empty()) return {.content = {}, .why_not = std::move(why)};
    std::ifstream in(file, std::ios::binary);
    if (!in) return {.content = {}, .why_not = "does the file exist, and may this user read it?"};
    // The size is checked while the file is read as well, because files of /proc report a size of 0.
    std::string content;
    std::array<char, 65536> piece{};
    while (content.size() <= most_bytes && (in.read(piece.data(), piece.size()) || in.gcount() > 0))
        content.append(piece.data(), static_cast<std::size_t>(in.gcount()));
    if (content.size() > most_bytes) return {.content = {}, .why_not = too_large};
    return {.content = std::move(content), .why_not = {}};
}

} // namespace contego::daemon
