#include "daemon/provider_line.hpp"

#include "config/check_provider.hpp"
#include "config/load_binding.hpp"
#include "daemon/service.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace contego::daemon {
namespace {

std::string joined(const std::vector<std::string>& mistakes) {
    std::string text;
    for (const auto& m : mistakes)
        text += (text.empty() ? "" : "\n") + m;
    return text;
}

binding good_binding(const provider_configuration& p) {
    auto loaded = load_binding(p);
    if (const auto* mistakes = std::get_if<std::vector<std::string>>(&loaded))
        throw start_failure("the binding of provider " + p.line.provider + " is wrong:\n" +
                            joined(*mistakes));
    return std::get<binding>(std::move(loaded));
}

std::unique_ptr<http::guard>
good_endpoints(boost::asio::io_context& network, const provider_configuration& p, line_observer& observer) {
    auto checked = check_endpoints(p);
    if (const auto* mistakes = std::get_if<std::vector<std::string>>(&checked))
        throw start_failure("the endpoint of provider " + p.line.provider + " is wrong:\n" +
                            joined(*mistakes));
    std::vector<http::guarded_endpoint> all;
    for (auto& e : std::get<std::vector<http::endpoint>>(checked)) {
        const auto url = e.options.url;
        all.push_back({url, http::make_endpoint_client(network.get_executor(), std::move(e))});
    }
    return http::make_guard(
        network.get_executor(),
        std::move(all),
        p.guard,
        [&observer, provider = p.line.provider](std::string_view url, bool dead, std::string_view reason) {
            observer.endpoint_changed(provider, url, !dead, reason);
        });
}

bool is_shared(const queue::share& fleet) {
    return fleet.in_flight > 0 || fleet.rate > 0;
}

/// Returns the lower of two limits of a rate. 0 means no limit.
double lower_rate(double one, double other) {
    return one > 0 && other > 0 ? std::min(one, other) : std::max(one, other);
}

/// Returns the limits of this daemon: its own, and its share of each limit that the fleet has.
queue::share what_is_ours(const queue::share& own, const queue::share& fleet, const queue::share& taken) {
    const bool none = (fleet.in_flight > 0 && taken.in_flight == 0) || (fleet.rate > 0 && taken.rate <= 0);
    if (none) return {};
    return {fleet.in_flight > 0 ? std::min(own.in_flight, taken.in_flight) : own.in_flight,
            lower_rate(own.rate, taken.rate)};
}

} // namespace

provider_line::provider_line(boost::asio::io_context& network,
                             const provider_configuration& p,
                             const database_pools& database,
                             queue::fleet& membership,
                             line_observer& observer)
    : network_(network),
      provider_(p.line.provider),
      own_{p.guard.in_flight, p.guard.rate},
      fleet_(p.fleet),
      wire_(good_binding(p)),
      source_(queue::make_request_source(database.claiming, membership)),
      store_(queue::make_outcome_store(database.recording, membership)),
      endpoints_(good_endpoints(network, p, observer)),
      line_(p.line,
            {network.get_executor(),
             claiming_,
             recording_,
             wire_,
             *source_,
             *endpoints_,
             *endpoints_,
             *store_,
             observer}) {
    if (is_shared(fleet_)) endpoints_->allow(0, 0);
}

provider_line::~provider_line() {
    claiming_.join();
    recording_.join();
}

// While a share is not applied yet, the exchanges in flight are not known to fit it, so no further share is
// taken.
void provider_line::take_share(queue::fleet& membership) {
    if (!is_shared(fleet_) || !taken_is_applied_) return;
    const queue::share now{std::max(applied_.load(), line_.sending()), applied_rate_};
    const auto taken = membership.take_share(provider_, fleet_, now);
    taken_is_applied_ = false;
    boost::asio::post(network_, [this, taken] { apply_share(taken); });
}

void provider_line::apply_share(const queue::share& taken) {
    const auto now = what_is_ours(own_, fleet_, taken);
    endpoints_->allow(now.in_flight, now.rate);
    applied_ = taken.in_flight;
    applied_rate_ = taken.rate;
    taken_is_applied_ = true;
}

} // namespace contego::daemon
