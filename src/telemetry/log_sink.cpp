#include "telemetry/log_sink.hpp"

#include <poll.h>
#include <spdlog/pattern_formatter.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace contego::daemon {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

bool is_socket(int descriptor) {
    struct ::stat about{};

    return ::fstat(descriptor, &about) == 0 && S_ISSOCK(about.st_mode);
}

} // namespace

log_sink::log_sink(int descriptor, std::function<std::string(std::size_t)> notice)
    : descriptor_(descriptor), is_socket_(is_socket(descriptor)), notice_(std::move(notice)) {}

void log_sink::log(const spdlog::details::log_msg& message) {
    const std::unique_lock lock(mutex_, longest_wait);
    if (!lock || !tell_dropped() || !write(message)) ++dropped_;
}

void log_sink::set_pattern(const std::string& pattern) {
    set_formatter(std::make_unique<spdlog::pattern_formatter>(pattern));
}

void log_sink::set_formatter(std::unique_ptr<spdlog::formatter> formatter) {
    formatter_ = std::move(formatter);
}

bool log_sink::tell_dropped() {
    const auto dropped = dropped_.load();
    if (dropped == 0) return true;
    if (!write(spdlog::details::log_msg("", spdlog::level::warn, notice_(dropped)))) return false;
    dropped_ -= dropped;
    return true;
}

bool log_sink::write(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    const std::string_view text(line.data(), line.size());
    return torn_ ? write("\n" + std::string(text)) : write(text);
}

// It writes at most PIPE_BUF bytes at once: if poll reports room in a pipe, that many bytes fit, so that the
// write does not block.
bool log_sink::write(std::string_view text) {
    const auto whole = text.size();
    while (!text.empty()) {
        if (!wait_for_room()) break;
        const auto some = std::min<std::size_t>(text.size(), PIPE_BUF);
        const auto taken = is_socket_ ? ::send(descriptor_, text.data(), some, MSG_DONTWAIT | MSG_NOSIGNAL)
                                      : ::write(descriptor_, text.data(), some);
        if (taken < 0 && errno == EINTR) continue;
        if (taken <= 0) break;
        text.remove_prefix(static_cast<std::size_t>(taken));
    }
    torn_ = text.empty() ? false : torn_ || text.size() < whole;
    return text.empty();
}

bool log_sink::wait_for_room() {
    ::pollfd room{descriptor_, POLLOUT, 0};
    const auto begun = steady_clock::now();
    const int found = ::poll(&room, 1, static_cast<int>(wait_left().count()));
    waited_ += steady_clock::now() - begun;
    return found > 0 || (found < 0 && errno == EINTR);
}

milliseconds log_sink::wait_left() {
    const auto now = steady_clock::now();
    if (now - second_begun_ >= std::chrono::seconds(1)) {
        second_begun_ = now;
        waited_ = {};
    }
    return std::chrono::duration_cast<milliseconds>(
        std::max(longest_wait - waited_, steady_clock::duration::zero()));
}

} // namespace contego::daemon
