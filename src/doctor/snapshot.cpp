#include "doctor/snapshot.hpp"

#include "config/check_provider.hpp"

#include <utility>

namespace contego::daemon {
namespace {

constexpr auto trial_time = std::chrono::seconds(5);

queue::database_options watched(const configuration& c) {
    queue::database_options options{c.database.connection, c.name};
    options.overseer = std::make_shared<queue::watchdog>();
    options.answer_timeout = trial_time;
    return options;
}

void look_at(std::vector<provider_sight>& to, const std::string& name, const provider_configuration& p) {
    auto checked = check_endpoints(p);
    const auto provider = "provider " + name;
    if (!std::holds_alternative<std::vector<http::endpoint>>(checked)) {
        to.emplace_back(wrong_provider{provider + ": "});
        return;
    }
    for (auto& where : std::get<std::vector<http::endpoint>>(checked)) {
        auto seen = http::try_endpoint(where, trial_time);
        to.emplace_back(
            seen_endpoint{provider + ", " + where.options.url + ": ", std::move(where), std::move(seen)});
    }
}

} // namespace

snapshot::snapshot(configuration c, std::vector<std::string> mistakes, double longest_transaction)
    : settings_(std::move(c)),
      mistakes_(std::move(mistakes)),
      longest_transaction_(longest_transaction),
      database_(watched(settings_)),
      examination_(database_) {}

const std::vector<provider_sight>& snapshot::endpoints() {
    if (!endpoints_) {
        endpoints_.emplace();
        for (const auto& [name, p] : settings_.providers)
            if (p.effective) look_at(*endpoints_, name, p);
    }
    return *endpoints_;
}

} // namespace contego::daemon
