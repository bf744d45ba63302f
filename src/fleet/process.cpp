#include "fleet/process.hpp"

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace contego::queue {
namespace {

std::string content_of(const std::string& file) {
    const std::ifstream in(file);
    std::ostringstream content;
    content << in.rdbuf();
    return std::move(content).str();
}

std::string first_line_of(const std::string& file) {
    const auto content = content_of(file);
    return content.substr(0, content.find('\n'));
}

std::string machine() {
    std::error_code ec;
    const auto numbers = std::filesystem::read_symlink("/proc/self/ns/pid", ec);
    const auto boot = first_line_of("/proc/sys/kernel/random/boot_id");
    return ec || boot.empty() ? std::string() : boot + ' ' + numbers.string();
}

} // namespace

// The second field is the program's name in parentheses, which may itself contain blanks and parentheses. So
// the fields are counted after the last parenthesis: the state is field 3, and the start is field 22.
std::optional<process_stat> parse_stat(std::string_view text) {
    const auto name_ends = text.rfind(')');
    if (name_ends == std::string_view::npos) return std::nullopt;
    std::istringstream fields{std::string(text.substr(name_ends + 1))};
    process_stat stat;
    fields >> stat.state;
    constexpr int fields_between = 18;
    std::string skipped;
    for (int n = 0; n < fields_between; ++n)
        fields >> skipped;
    if (!(fields >> stat.started_ticks)) return std::nullopt;
    return stat;
}

bool has_surely_ended(std::int64_t started_ticks, bool exists, const std::optional<process_stat>& stat) {
    if (!exists) return true;
    if (!stat) return false;
    const bool only_waits_for_its_parent = stat->state == 'Z' || stat->state == 'X';
    return only_waits_for_its_parent || stat->started_ticks != started_ticks;
}

process this_process() {
    const auto stat = parse_stat(content_of("/proc/self/stat"));
    if (!stat) return {"", ::getpid(), 0};
    return {machine(), ::getpid(), stat->started_ticks};
}

// A process that is missing in /proc may only be hidden from this user. kill() with ESRCH proves that there
// is no such process.
bool has_surely_ended(const process& neighbour) {
    const bool exists = ::kill(neighbour.pid, 0) == 0 || errno != ESRCH;
    const auto stat = parse_stat(content_of("/proc/" + std::to_string(neighbour.pid) + "/stat"));
    return has_surely_ended(neighbour.started_ticks, exists, stat);
}

} // namespace contego::queue
