#pragma once

#include <chrono>
#include <cstddef>

namespace contego::http {

/// Finds by trial how many exchanges an endpoint can bear at once (AIMD).
///
/// The limit grows by one after as many good answers as the limit is high, and falls by a quarter after a
/// loss. It stays between 1 and the allowed maximum. A loss is a time-out or an answer that says "too many";
/// a refusal by the CAS is not a loss. Exchanges that began before the limit was last lowered do not lower it
/// again, so that one jam lowers it once.
///
/// Pure: the caller passes the time. Not thread safe.
class limiter {
public:
    using time_point = std::chrono::steady_clock::time_point;

    /// Begins at `most`, the allowed maximum: 1 or more.
    explicit limiter(std::size_t most) : most_(static_cast<double>(most)), limit_(most_) {}

    /// Returns how many exchanges may be in flight.
    [[nodiscard]] std::size_t limit() const { return static_cast<std::size_t>(limit_); }

    /// Sets the allowed maximum: 1 or more.
    void allow(std::size_t most);

    /// Notes an answer that came in time while `in_flight` exchanges were in flight. The limit grows only if
    /// at least half of it is in use.
    void succeeded(std::size_t in_flight);

    /// Notes the loss of an exchange that began at `began`.
    void lost(time_point began, time_point now);

private:
    double most_;
    double limit_;
    time_point lowered_;
};

} // namespace contego::http
