#pragma once

#include "telemetry/logbook.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/outages.hpp"
#include <contego/line_observer.hpp>

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>
#include <string>

namespace contego::daemon {

/// Turns what happens on the line into log lines and metrics. Both must outlive it.
class observer final : public line_observer {
public:
    observer(logbook& log, metrics& m) : log_(log), metrics_(m) {}

    void claimed(std::string_view provider, std::size_t count) override;
    void exchanged(
        const request& r, const command& c, int sequence, const exchange& e, const reply& answer) override;
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
    void trouble(std::string_view stage, std::string_view what) override;

    /// So many requests were taken back from dead daemons. Any thread.
    void rescued(std::int64_t count);

    /// A month of finished requests, as 2030-01, was `made` or `dropped`. Any thread.
    void month(std::string_view month, std::string_view what);

    /// The database answered what that stage asked. Any thread, as `trouble`.
    void fine(std::string_view stage);

    /// The session that listens was ended, and a new one is asked for. Any thread.
    void listens_again(std::string_view why);

    /// Why the database keeps the line from working; nothing: it does not. Any thread.
    [[nodiscard]] std::optional<std::string> unready() const;

private:
    void tell_postponed(const record_batch& batch, const record_answer& answer);

    mutable std::mutex mutex_;
    outages outages_;
    std::set<std::int64_t> postponed_; ///< requests of which it was said that their rows are locked
    logbook& log_;
    metrics& metrics_;
};

} // namespace contego::daemon
