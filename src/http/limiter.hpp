#pragma once

#include <chrono>
#include <cstddef>

namespace contego::http {

/// How many exchanges an endpoint can bear at once, found out by trying: one more after as many good answers
/// as the limit is high, a quarter less after a loss (AIMD). Never below 1, never above what is allowed.
///
/// A loss is a time-out or an answer that says "too many"; a refusal by the CAS is none. What was sent before
/// the limit was last lowered says nothing about the lower one, so that one jam lowers it once.
///
/// Pure: told what the time is. Not thread safe.
class limiter {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// `most` is where it begins, too: 1 or more.
    explicit limiter(std::size_t most) : most_(static_cast<double>(most)), limit_(most_) {}

    [[nodiscard]] std::size_t limit() const { return static_cast<std::size_t>(limit_); }

    /// Lets more or fewer be allowed from now on: 1 or more.
    void allow(std::size_t most);

    /// Answered in time while that many were on their way. A limit that is not made use of does not grow.
    void succeeded(std::size_t in_flight);

    void lost(time_point began, time_point now);

private:
    double most_;
    double limit_;
    time_point lowered_;
};

} // namespace contego::http
