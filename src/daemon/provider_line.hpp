#pragma once

#include "config/configuration.hpp"
#include "fleet/fleet.hpp"
#include "http/endpoint_client.hpp"
#include "pipeline/line.hpp"
#include "queue/claim.hpp"
#include "queue/record.hpp"
#include <contego/binding.hpp>
#include <contego/line_observer.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace contego::daemon {

/// The connections that all lines of a daemon share. Claims and records have separate ones, so that neither
/// waits for the other.
struct database_pools {
    std::shared_ptr<queue::connection_pool> claiming;
    std::shared_ptr<queue::connection_pool> recording;
};

/// A provider's line with the resources that it needs: two threads for calls to the database, the
/// endpoints and the binding. Use it on the network thread. The arguments must outlive it.
class provider_line {
public:
    /// Throws start_failure if the binding or an endpoint has mistakes.
    provider_line(boost::asio::io_context& network,
                  const provider_configuration& p,
                  const database_pools& database,
                  queue::fleet& membership,
                  line_observer& observer);

    provider_line(const provider_line&) = delete;
    provider_line& operator=(const provider_line&) = delete;

    /// Waits until the calls to the database end that are under way: they use the line.
    ~provider_line();

    [[nodiscard]] const std::string& provider() const { return provider_; }

    [[nodiscard]] pipeline::line& line() { return line_; }

    /// Takes this daemon's current share of the fleet's limits, if the fleet has limits. Nothing is sent
    /// before the first share. Blocking, so do not call it on the network thread. Throws if the database
    /// cannot answer.
    void take_share(queue::fleet& membership);

    /// Ends all exchanges in flight at once, without their answers.
    void abort_in_flight() { endpoints_->cancel_all(); }

private:
    void apply_share(const queue::share& taken);

    boost::asio::io_context& network_;
    const std::string provider_;
    const queue::share own_;              ///< limits of this daemon in the configuration
    const queue::share fleet_;            ///< limits of all daemons together
    std::atomic<std::size_t> applied_{0}; ///< share of exchanges in flight that the guard applies
    std::atomic<double> applied_rate_{0};
    std::atomic<bool> taken_is_applied_{true};
    binding wire_;
    std::unique_ptr<request_source> source_;
    std::unique_ptr<outcome_store> store_;
    std::unique_ptr<http::guard> endpoints_;
    boost::asio::thread_pool claiming_{1};
    boost::asio::thread_pool recording_{1};
    pipeline::line line_;
};

} // namespace contego::daemon
