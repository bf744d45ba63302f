#pragma once

#include "queue/figures.hpp"
#include <contego/command_type.hpp>
#include <contego/outcome.hpp>
#include <contego/records.hpp>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace contego::daemon {

/// The figures that ops look at, in Prometheus's terms. Never labelled by card or request. Thread safe.
class metrics {
public:
    metrics(const std::string& version, const std::vector<std::string>& providers);

    void claimed(std::string_view provider, std::size_t count);
    void exchanged(std::string_view provider, command_type command, outcome o, double seconds);
    void decided(std::string_view provider, disposition d, double seconds_since_due);
    void holds(std::string_view provider, std::size_t waiting, std::size_t sending, std::size_t recording);

    void stale(std::size_t count) { stale_.Increment(static_cast<double>(count)); }

    void endpoint_changed(std::string_view provider, std::string_view endpoint, bool alive);
    void trouble(std::string_view stage);
    void queue(const std::vector<queue::provider_figures>& figures);

    /// The exposition text of all of it.
    [[nodiscard]] std::string text() const;

private:
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
    std::vector<std::string> providers_;
};

} // namespace contego::daemon
