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

/// One provider's line with everything that it stands on: two database connections, each with its thread, a
/// connection pool, a binding. Lives on the network thread; the arguments must outlive it.
class provider_line {
public:
    /// Throws start_failure where the binding or the endpoint is wrong.
    provider_line(boost::asio::io_context& network,
                  const provider_configuration& p,
                  const queue::database_options& database,
                  const queue::fleet& membership,
                  line_observer& observer);

    [[nodiscard]] pipeline::line& line() { return line_; }

    /// Takes this daemon's share of what the fleet may do anew, where that is bounded. Not on the network
    /// thread: asks the database, and throws when that cannot answer. Nothing is sent before the first share.
    void take_share(queue::fleet& membership);

    /// Leaves what is on its way without its answers, which ends it at once.
    void abort_in_flight() { endpoints_->cancel_all(); }

private:
    void apply_share(const queue::share& taken);

    boost::asio::io_context& network_;
    const std::string provider_;
    const queue::share own_;              ///< what the configuration lets this daemon do
    const queue::share fleet_;            ///< what it lets all of them do
    std::atomic<std::size_t> applied_{0}; ///< exchanges at once that the guard allows, of the share
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
