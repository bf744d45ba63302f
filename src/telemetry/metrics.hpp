#pragma once

#include "queue/queue_stats.hpp"
#include <contego/command_type.hpp>
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

/// The figures that ops look at, in Prometheus's terms. Never labelled by card or request.
class metrics {
public:
    /// `providers` are those of the configuration. All others are counted together, as
    /// queue::unknown_provider: whoever inserts requests invents names, and each would be a series for ever.
    metrics(const std::string& version, const std::vector<std::string>& providers);

    // Of a provider's line, on the network thread only.
    void claimed(std::string_view provider, std::size_t count);
    void exchanged(std::string_view provider, command_type command, outcome o, double seconds);
    void decided(std::string_view provider, disposition d, double seconds_since_due);
    void holds(std::string_view provider, std::size_t waiting, std::size_t sending, std::size_t recording);

    // On any thread.
    void stale(std::size_t count) { stale_.Increment(static_cast<double>(count)); }

    void endpoint_changed(std::string_view provider, std::string_view endpoint, bool alive);
    void trouble(std::string_view stage);
    void queue(const std::vector<queue::provider_stats>& figures);

    /// The exposition text of all of it.
    [[nodiscard]] std::string text() const;

private:
    /// The series of one provider that requests and commands are counted in. To look one up by its labels
    /// takes longer than to count.
    struct line_series {
        prometheus::Counter& claimed;
        prometheus::Histogram& request_seconds;
        prometheus::Gauge& waiting;
        prometheus::Gauge& sending;
        prometheus::Gauge& recording;
        std::array<prometheus::Counter*, 5> decided; ///< by disposition
        std::array<std::array<prometheus::Counter*, 4>, command_types.size()>
            exchanges{}; ///< by command and outcome; nullptr: not seen yet, and not shown
        std::array<prometheus::Histogram*, command_types.size()> exchange_seconds{}; ///< the same
    };

    [[nodiscard]] std::string_view shown(std::string_view provider) const;
    line_series& line_of(std::string_view provider);
    line_series make_line(const std::string& provider);

    prometheus::Registry registry_;
    prometheus::Family<prometheus::Counter>& claimed_;
    prometheus::Family<prometheus::Counter>& exchanges_;
    prometheus::Family<prometheus::Histogram>& exchange_seconds_;
    prometheus::Family<prometheus::Counter>& decided_;
    prometheus::Family<prometheus::Histogram>& request_seconds_;
    prometheus::Family<prometheus::Gauge>& held_;
    prometheus::Family<prometheus::Gauge>& endpoint_up_;
    prometheus::Family<prometheus::Counter>& trouble_;
    prometheus::Family<prometheus::Gauge>& backlog_;
    prometheus::Family<prometheus::Gauge>& oldest_due_;
    prometheus::Counter& stale_;
    std::set<std::string, std::less<>> providers_; ///< and the unknown one
    std::map<std::string, line_series, std::less<>> lines_;
};

} // namespace contego::daemon
