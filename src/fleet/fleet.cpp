#include "fleet/fleet.hpp"

#include "database/pqxx.hpp"
#include "fleet/process.hpp"

#include <algorithm>

namespace contego::queue {
namespace {

constexpr statement join_fleet{
    "join_fleet", "SELECT contego.join_fleet($1, $2, $3, $4, $5 * interval '1 millisecond', $6, $7)"};
constexpr statement renew_lease{"renew_lease",
                                "SELECT contego.renew_lease($1, $2 * interval '1 millisecond')"};
constexpr statement neighbours{"neighbours", "SELECT id, pid, started_ticks FROM contego.neighbours($1)"};
constexpr statement declare_dead{"declare_dead", "SELECT contego.declare_dead($1, $2)"};
constexpr statement rescue_requests{"rescue", "SELECT rescued, sweep_after FROM contego.rescue($1)"};
constexpr statement take_share_of{"take_share",
                                  "SELECT in_flight, rate FROM contego.take_share($1, $2, $3, $4, $5, $6)"};
constexpr statement leave_fleet{"leave_fleet", "SELECT contego.leave_fleet($1)"};

// If a renewal gets no answer, there must be time within the lease for another one on a new connection.
database_options impatient(database_options options, std::chrono::milliseconds lease) {
    options.answer_timeout = std::min(options.answer_timeout, lease / 4);
    return options;
}

} // namespace

fleet::fleet(const database_options& options, identity who, std::chrono::milliseconds lease)
    : options_(options),
      keeping_(impatient(options, lease)),
      rescuing_(options),
      who_(std::move(who)),
      lease_(lease) {}

void fleet::keep() {
    refused_ = false;
    const auto asked = std::chrono::steady_clock::now();
    if (!renewed()) join();
    trusted_until_ = asked + lease_ - lease_ / 10;
}

bool fleet::renewed() {
    if (id_ == 0) return false;
    const auto lease = static_cast<int>(lease_.count());
    return keeping_->call(renew_lease, id_.load(), lease)[0][0].as<bool>();
}

// There is no lease to lose yet, so this call gets the usual time limit, on a separate connection.
void fleet::join() {
    const auto lease = static_cast<int>(lease_.count());
    const auto joined = connection(options_)->call(
        join_fleet, who_.name, who_.host, who_.pid, who_.version, lease, who_.machine, who_.started_ticks);
    id_ = joined[0][0].as<std::int64_t>();
}

// Whether a process of another machine lives cannot be told; its lease ends by itself.
void fleet::reap_dead_neighbours() {
    if (who_.machine.empty()) return;
    for (const auto& row : rescuing_->call(neighbours, who_.machine)) {
        const process neighbour{who_.machine, row[1].as<int>(), row[2].as<std::int64_t>()};
        if (has_surely_ended(neighbour))
            rescuing_->call(declare_dead, row[0].as<std::int64_t>(), who_.machine);
    }
}

std::int64_t fleet::rescue() {
    reap_dead_neighbours();
    const auto done = rescuing_->call(rescue_requests, swept_);
    swept_ = done[0][1].as<std::int64_t>();
    return done[0][0].as<std::int64_t>();
}

share fleet::take_share(const std::string& provider, const share& most, const share& now) {
    const auto taken = rescuing_->call(take_share_of,
                                       id_.load(),
                                       provider,
                                       static_cast<int>(most.in_flight),
                                       most.rate,
                                       static_cast<int>(now.in_flight),
                                       now.rate);
    return {static_cast<std::size_t>(taken[0][0].as<int>()), taken[0][1].as<double>()};
}

void fleet::leave() {
    keeping_->call(leave_fleet, id_.load());
}

} // namespace contego::queue
