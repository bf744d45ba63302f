#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace contego::http {

/// When the breaker of an endpoint opens, and how probes are sent then.
struct breaker_options {
    std::size_t failures = 5;                       ///< failures in a row that open it: 1 to 1000
    std::chrono::milliseconds probe_interval{1000}; ///< shortest time between two probes: 10 ms to 10 min
    std::chrono::milliseconds probe_timeout{5000};  ///< longest time that a probe may take: 1 ms to 10 min
};

/// Decides from the results of exchanges whether an endpoint is alive.
///
/// While the breaker is closed, all exchanges pass. While it is open, only probes pass: one at a time, and at
/// most one every `probe_interval`.
///
/// Two kinds of failure count. A transport failure means no connection, no answer, an answer that cannot come
/// from a CAS, or a gateway that cannot reach the CAS. A refusal is HTTP 401, 403 or 407. Any other answer
/// closes the breaker, even if the CAS reports an error for the command.
///
/// Pure: the caller passes the time. Not thread safe.
class breaker {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit breaker(breaker_options options) : options_(options) {}

    [[nodiscard]] bool is_open() const { return open_; }

    /// Returns the failure that opened it, or the failure of the last probe. Empty while closed.
    [[nodiscard]] const std::string& reason() const { return reason_; }

    /// Notes an answer: the endpoint is alive. Returns true if this closed the breaker.
    bool answered();

    /// Notes a transport failure or a refusal. Returns true if this opened the breaker.
    bool failed(time_point now, const std::string& why);

    /// Opens the breaker, if it is closed. A probe that is in flight has ended. No other one is sent before
    /// `at_least` and the probe interval are over. Until then no answer closes it. Returns true if this
    /// opened the breaker.
    bool shut(time_point now, std::chrono::steady_clock::duration at_least, const std::string& why);

    /// Returns whether a probe may be sent: the breaker is open, no probe is in flight, and the interval is
    /// over.
    [[nodiscard]] bool probe_is_due(time_point now) const;

    /// Returns when the next probe is due. Meaningless while a probe is in flight.
    [[nodiscard]] time_point next_probe() const { return next_probe_; }

    /// Notes that a probe is sent. Call `answered` or `probe_failed` when it ends.
    void probe_sent(time_point now);
    void probe_failed(const std::string& why);

    /// Returns whether a probe is in flight.
    [[nodiscard]] bool probe_is_out() const { return probe_out_; }

private:
    breaker_options options_;
    bool open_ = false;
    bool probe_out_ = false;
    bool shut_ = false;        ///< only the answer to a probe closes it
    std::size_t failures_ = 0; ///< in a row
    time_point next_probe_;
    std::string reason_;
};

} // namespace contego::http
