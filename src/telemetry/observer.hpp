#pragma once

#include "telemetry/endpoint_outages.hpp"
#include "telemetry/logbook.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/outages.hpp"
#include <contego/line_observer.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace contego::daemon {

/// Turns the events of a line into log lines and metrics. The log and the metrics must outlive it.
class observer final : public line_observer {
public:
    observer(logbook& log, metrics& m) : log_(log), metrics_(m) {}

    void claimed(std::string_view provider, std::size_t count) override;
    void claimed_slowly(std::string_view provider, std::string_view steps) override;
    void exchanged(
        const request& r, const command& c, int sequence, const exchange& e, const reply& answer) override;
    void shared(std::string_view provider,
                const command& first,
                const call_interpretation& read,
                bool is_split) override;
    void decided(const request& r, const recorded_run& run) override;
    void recorded(const record_batch& batch, const record_answer& answer) override;
    void holds(std::string_view provider,
               std::size_t waiting,
               std::size_t sending,
               std::size_t recording) override;
    void endpoint_changed(std::string_view provider,
                          std::string_view endpoint,
                          bool alive,
                          std::string_view reason) override;
    void logged_in(std::string_view provider, const reply& answer) override;
    void trouble(std::string_view stage, std::string_view what) override;

    /// Claiming is stopped in the whole fleet for this reason; empty: it is not stopped. Thread safe.
    void claiming_stopped(std::string_view why);

    /// Returns the outages of endpoints, for the table contego.outage. Thread safe.
    [[nodiscard]] daemon::endpoint_outages& endpoint_outages() { return endpoint_outages_; }

    /// `count` requests of dead daemons were put back into the queue. Thread safe.
    void rescued(std::int64_t count);

    /// A month of finished requests, such as 2030-01, was `made` or `dropped`. Thread safe.
    void month(std::string_view month, std::string_view what);

    /// The database answered a call of that stage. Thread safe, as is `trouble`.
    void fine(std::string_view stage);

    /// The session that listens was ended, and the daemon opens another one. Thread safe.
    void listens_again(std::string_view why);

    /// Returns why the database keeps the line from working, or why claiming is stopped; nothing if neither
    /// is so. Thread safe.
    [[nodiscard]] std::optional<std::string> unready() const;

private:
    void tell_postponed(const record_batch& batch, const record_answer& answer);

    daemon::endpoint_outages endpoint_outages_;
    mutable std::mutex mutex_;
    outages outages_;
    std::string stopped_; ///< why claiming is stopped
    /// Providers and commands whose answers named a smartcard that the call did not carry.
    std::set<std::pair<std::string, command_type>> strangers_;
    std::set<std::int64_t> postponed_; ///< requests whose locked rows were logged
    logbook& log_;
    metrics& metrics_;
};

} // namespace contego::daemon
