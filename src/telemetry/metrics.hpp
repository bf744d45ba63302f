#pragma once

#include "queue/queue_stats.hpp"
#include <contego/command_type.hpp>
#include <contego/enumeration.hpp>
#include <contego/outcome.hpp>
#include <contego/outcome_store.hpp>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace contego::daemon {

/// The metrics of the daemon. No label names a smartcard, a box or a request.
class metrics {
public:
    /// `providers` holds the providers of the configuration. All other providers are counted together as
    /// queue::unknown_provider. A CRM can insert any name, and each name would be a series forever.
    metrics(const std::string& version, const std::vector<std::string>& providers);

    // Events of a provider's line; call these on the network thread only.
    void claimed(std::string_view provider, std::size_t count);
    void exchanged(std::string_view provider, command_type command, outcome o, double seconds);
    void shared(std::string_view provider, command_type command, std::size_t requests, bool is_split);
    void decided(std::string_view provider, disposition d, double seconds_since_due);
    void holds(std::string_view provider, std::size_t waiting, std::size_t sending, std::size_t recording);

    // Thread safe.
    void stale(std::size_t count) { stale_.Increment(static_cast<double>(count)); }

    void claiming_stopped(bool is) { claiming_stopped_.Set(is ? 1 : 0); }

    void endpoint_changed(std::string_view provider, std::string_view endpoint, bool alive);
    void logged_in(std::string_view provider, bool good);
    void trouble(std::string_view stage);
    void queue(const std::vector<queue::provider_stats>& figures);
    void runs(const queue::run_stats& figures);

    /// Returns all metrics in Prometheus's text format.
    [[nodiscard]] std::string text() const;

private:
    /// The series of one provider. They are kept here because finding a series by its labels takes longer
    /// than counting.
    struct line_series {
        prometheus::Counter& claimed;
        prometheus::Histogram& request_seconds;
        prometheus::Gauge& waiting;
        prometheus::Gauge& sending;
        prometheus::Gauge& recording;
        std::array<prometheus::Counter*, enumerator_count<disposition>> decided{}; ///< by disposition
        std::array<std::array<prometheus::Counter*, enumerator_count<outcome>>, command_types.size()>
            exchanges{}; ///< by command and outcome; nullptr until the first such exchange, and not shown
                         ///< until then
        std::array<prometheus::Histogram*, command_types.size()>
            exchange_seconds{}; ///< by command; nullptr likewise
    };

    [[nodiscard]] std::string_view shown(std::string_view provider) const;
    line_series& line_of(std::string_view provider);
    line_series make_line(const std::string& provider);
    void drift(const std::vector<queue::drift_stats>& found);

    prometheus::Registry registry_;
    prometheus::Family<prometheus::Counter>& claimed_;
    prometheus::Family<prometheus::Counter>& exchanges_;
    prometheus::Family<prometheus::Histogram>& exchange_seconds_;
    prometheus::Family<prometheus::Histogram>& shared_calls_;
    prometheus::Family<prometheus::Counter>& split_calls_;
    prometheus::Family<prometheus::Counter>& decided_;
    prometheus::Family<prometheus::Histogram>& request_seconds_;
    prometheus::Family<prometheus::Gauge>& held_;
    prometheus::Family<prometheus::Gauge>& endpoint_up_;
    prometheus::Family<prometheus::Counter>& logins_;
    prometheus::Family<prometheus::Counter>& trouble_;
    prometheus::Family<prometheus::Gauge>& backlog_;
    prometheus::Family<prometheus::Gauge>& drift_;
    prometheus::Family<prometheus::Gauge>& oldest_due_;
    prometheus::Family<prometheus::Gauge>& open_runs_;
    prometheus::Family<prometheus::Gauge>& run_cards_;
    prometheus::Counter& stale_;
    prometheus::Gauge& claiming_stopped_;
    std::set<std::string, std::less<>> providers_; ///< including queue::unknown_provider
    std::map<std::string, line_series, std::less<>> lines_;
};

} // namespace contego::daemon
