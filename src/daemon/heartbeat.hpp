#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <utility>

namespace contego::daemon {

/// Tells whether a watched thread still runs. The watched thread calls `beat`, and a watching thread calls
/// `look`.
///
/// Callers of `look` pass the time since the last look, of which at most two intervals count. So a pause of
/// the whole machine is not taken for a thread that hangs.
///
/// Thread safety: call `look` from one thread only; all other members are thread safe.
class heartbeat {
public:
    using duration = std::chrono::steady_clock::duration;

    explicit heartbeat(std::chrono::milliseconds lease) : lease_(lease) {}

    /// Returns the interval at which to call `beat` and `look`.
    [[nodiscard]] std::chrono::milliseconds interval() const {
        return std::clamp<std::chrono::milliseconds>(
            lease_ / 20, std::chrono::milliseconds(1), std::chrono::milliseconds(1000));
    }

    void beat() { ++beats_; }

    /// Returns whether the watched thread called `beat` since the last look.
    bool look(duration since_last_look) {
        const auto beats = beats_.load();
        if (std::exchange(seen_, beats) != beats) {
            stood_ = duration::zero();
            return true;
        }
        stood_ = stood_.load() + std::min<duration>(since_last_look, 2 * interval());
        return false;
    }

    /// Returns for how long the watched thread has not called `beat`.
    [[nodiscard]] duration stood() const { return stood_; }

    /// Returns false after a quarter of the lease without a beat. The lease is then not renewed.
    [[nodiscard]] bool turns() const { return stood() < lease_ / 4; }

    /// Returns true after a whole lease without a beat. Other daemons have then taken over.
    [[nodiscard]] bool lost() const { return stood() > lease_; }

private:
    const std::chrono::milliseconds lease_;
    std::atomic<std::uint64_t> beats_{0};
    std::uint64_t seen_ = 0;
    std::atomic<duration> stood_{duration::zero()};
};

} // namespace contego::daemon
