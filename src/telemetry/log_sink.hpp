#pragma once

#include <spdlog/formatter.h>
#include <spdlog/sinks/sink.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace contego::daemon {

/// Writes log lines to a descriptor. A slow or missing reader cannot stop the daemon. If the descriptor
/// accepts nothing, such as a full pipe, a closed pipe or a full disk, lines are dropped. Their number is
/// logged when the descriptor accepts data again. All lines together wait no more than `longest_wait` in a
/// second.
class log_sink final : public spdlog::sinks::sink {
public:
    static constexpr auto longest_wait = std::chrono::milliseconds(100);

    /// `notice` returns the message that says how many lines were dropped.
    log_sink(int descriptor, std::function<std::string(std::size_t)> notice);

    void log(const spdlog::details::log_msg& message) override;

    /// Does nothing, because lines are not buffered.
    void flush() override {}

    void set_pattern(const std::string& pattern) override;
    void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override;

private:
    [[nodiscard]] bool tell_dropped();
    [[nodiscard]] bool write(const spdlog::details::log_msg& message);
    [[nodiscard]] bool write(std::string_view text);
    [[nodiscard]] bool wait_for_room();
    [[nodiscard]] std::chrono::milliseconds wait_left();

    const int descriptor_;
    const bool is_socket_;
    std::function<std::string(std::size_t)> notice_;
    std::timed_mutex mutex_; ///< timed, so that a thread that hangs in a write does not stop the others
    std::unique_ptr<spdlog::formatter> formatter_;
    std::atomic<std::size_t> dropped_{0};
    bool torn_ = false; ///< the last line was written only in part
    std::chrono::steady_clock::time_point second_begun_;
    std::chrono::steady_clock::duration waited_{0}; ///< in this second
};

} // namespace contego::daemon
