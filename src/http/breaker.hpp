#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace contego::http {

/// When an endpoint is taken for dead, and how it is asked whether it is back.
struct breaker_options {
    std::size_t failures = 5;                       ///< so many in a row open it: 1 to 1000
    std::chrono::milliseconds probe_interval{1000}; ///< between two probes: 10 ms to 10 min
    std::chrono::milliseconds probe_timeout{5000};  ///< hard deadline of a probe: 1 ms to 10 min
};

/// Whether an endpoint is alive, judged by what became of the exchanges with it.
///
/// Closed: exchanges pass. Open: none does but one probe at a time, no more often than every
/// `probe_interval`; any answer closes it. Only failures of the transport class count (no connection, no
/// answer or one that is no answer of a CAS, a gateway that says that nobody is behind it), and refusals
/// (401, 403); what the CAS says of a command never opens it.
///
/// Pure: told what the time is. Not thread safe.
class breaker {
public:
    using time_point = std::chrono::steady_clock::time_point;

    explicit breaker(breaker_options options) : options_(options) {}

    [[nodiscard]] bool is_open() const { return open_; }

    /// Why it is open; empty while closed.
    [[nodiscard]] const std::string& reason() const { return reason_; }

    /// Something was answered: it is alive. True where that closed it.
    bool answered();

    /// A failure of the transport class, or a refusal. True where that opened it.
    bool failed(time_point now, const std::string& why);

    /// Whether a probe may be sent: open, none on its way, the interval over.
    [[nodiscard]] bool probe_is_due(time_point now) const;

    /// When that will be so; meaningless while a probe is on its way.
    [[nodiscard]] time_point next_probe() const { return next_probe_; }

    /// One is sent now; it ends with `answered` or `probe_failed`.
    void probe_sent(time_point now);
    void probe_failed(const std::string& why);

    [[nodiscard]] bool probe_is_out() const { return probe_out_; }

private:
    breaker_options options_;
    bool open_ = false;
    bool probe_out_ = false;
    std::size_t failures_ = 0; ///< in a row
    time_point next_probe_;
    std::string reason_;
};

} // namespace contego::http
