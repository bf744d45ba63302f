#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

namespace contego::daemon {

/// Whether a thread turns, judged from how often it says so and how often another thread looks.
///
/// Knows no clock: a look brings the time since the last one, of which no more counts than two intervals. So
/// a machine that was paused, with all its threads, is not taken for a thread that stands.
///
/// Thread safety: `beat` and the questions from any thread, `look` from one.
class heartbeat {
public:
    using duration = std::chrono::steady_clock::duration;

    explicit heartbeat(std::chrono::milliseconds lease) : lease_(lease) {}

    /// How often to beat, and how often to look.
    [[nodiscard]] std::chrono::milliseconds interval() const {
        return std::clamp<std::chrono::milliseconds>(
            lease_ / 20, std::chrono::milliseconds(1), std::chrono::milliseconds(1000));
    }

    void beat() { ++beats_; }

    /// Returns whether the thread has turned since the last look.
    bool look(duration since_last_look) {
        const auto beats = beats_.load();
        if (std::exchange(seen_, beats) != beats) {
            stood_ = duration::zero();
            return true;
        }
        stood_ = stood_.load() + std::min<duration>(since_last_look, 2 * interval());
        return false;
    }

    /// For how long it has not turned.
    [[nodiscard]] duration stood() const { return stood_; }

    /// False after a quarter of the lease without a beat: then the lease is not renewed.
    [[nodiscard]] bool turns() const { return stood() < lease_ / 4; }

    /// True after a whole lease without a beat: by now others have taken over.
    [[nodiscard]] bool lost() const { return stood() > lease_; }

private:
    const std::chrono::milliseconds lease_;
    std::atomic<std::uint64_t> beats_{0};
    std::uint64_t seen_ = 0;
    std::atomic<duration> stood_{duration::zero()};
};

} // namespace contego::daemon
