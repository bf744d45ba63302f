#pragma once

#include <chrono>

namespace contego::http {

/// Spreads exchanges evenly over time, so that no second sees more than the rate.
///
/// Pure: the caller passes the time. Not thread safe.
class pace {
public:
    using clock = std::chrono::steady_clock;

    /// Sets the rate in exchanges a second. 0: no limit.
    explicit pace(double per_second) { set(per_second); }

    void set(double per_second) {
        gap_ =
            per_second > 0
                ? std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(1 / per_second))
                : clock::duration::zero();
    }

    /// Takes the next turn. Returns how long to wait for it.
    [[nodiscard]] clock::duration take(clock::time_point now) {
        const auto turn = next_ > now ? next_ : now;
        next_ = turn + gap_;
        return turn - now;
    }

private:
    clock::duration gap_{};
    clock::time_point next_;
};

} // namespace contego::http
