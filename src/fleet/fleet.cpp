#include "fleet/fleet.hpp"

#include "database/pqxx.hpp"
#include "fleet/process.hpp"

#include <algorithm>
#include <iomanip>
#include <random>
#include <sstream>
#include <stdexcept>

namespace contego::queue {
namespace {

constexpr statement join_fleet{
    "join_fleet",
    "SELECT contego.join_fleet($1, $2, $3, $4, $5 * interval '1 millisecond', $6, $7, $8::uuid, $9)"};
constexpr statement renew_lease{
    "renew_lease",
    "SELECT member, coalesce(stopped, ''), lineage, renewals FROM contego.renew_lease("
    "$1, $2 * interval '1 millisecond', $3::uuid, $4, $5, $6::bigint[], $7::bigint[], $8::boolean[], $9)"};
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

/// Returns 32 random hexadecimal digits, which PostgreSQL reads as a UUID.
std::string random_token() {
    std::random_device source;
    std::ostringstream text;
    text << std::hex << std::setfill('0');
    for (int n = 0; n < 4; ++n)
        text << std::setw(8) << source();
    return std::move(text).str();
}

/// Returns a member of each write as an array of PostgreSQL.
template <typename Member>
std::string array_of(const std::vector<acknowledged_write>& writes, Member member) {
    std::ostringstream text;
    for (const auto& w : writes)
        text << (&w == writes.data() ? "" : ",") << w.*member;
    return '{' + std::move(text).str() + '}';
}

} // namespace

fleet::fleet(const database_options& options,
             identity who,
             std::chrono::milliseconds lease,
             bool failover_keeps_writes)
    : options_(options),
      keeping_(impatient(options, lease)),
      rescuing_(options),
      who_(std::move(who)),
      lease_(lease),
      failover_keeps_writes_(failover_keeps_writes) {}

void fleet::keep() {
    refused_ = false;
    auto asked = std::chrono::steady_clock::now();
    if (!renewed()) {
        join();
        asked = std::chrono::steady_clock::now();
        if (!renewed()) throw std::runtime_error("the lease ended as soon as the daemon had joined");
    }
    // If data is lost, another daemon may have been given our requests in the lost part of the log.
    if (!is_stopped_) trusted_until_ = asked + lease_ - lease_ / 10;
}

bool fleet::renewed() {
    if (id_ == 0) return false;
    const auto lease = static_cast<int>(lease_.count());
    const auto writes = acknowledged_writes();
    const auto rows = keeping_->call(renew_lease,
                                     id_.load(),
                                     lease,
                                     token_,
                                     lineage_,
                                     renewals_,
                                     array_of(writes, &acknowledged_write::request_id),
                                     array_of(writes, &acknowledged_write::fence),
                                     array_of(writes, &acknowledged_write::ends),
                                     failover_keeps_writes_);
    const auto& row = rows[0];
    stop_claiming(row[1].c_str());
    lineage_ = row[2].as<std::int64_t>();
    if (!row[0].as<bool>()) return false;
    renewals_ = row[3].as<std::int64_t>();
    return true;
}

// There is no lease to lose yet, so this call gets the usual time limit, on a separate connection. The answer
// to it shows that the database has all writes before it, or that a person knows that some are lost.
void fleet::join() {
    {
        const std::lock_guard lock(mutex_);
        writes_.clear();
    }
    token_ = random_token();
    renewals_ = 0;
    const auto lease = static_cast<int>(lease_.count());
    const auto joined = connection(options_)->call(join_fleet,
                                                   who_.name,
                                                   who_.host,
                                                   who_.pid,
                                                   who_.version,
                                                   lease,
                                                   who_.machine,
                                                   who_.started_ticks,
                                                   token_,
                                                   failover_keeps_writes_);
    id_ = joined[0][0].as<std::int64_t>();
}

void fleet::acknowledged(const void* writer, const acknowledged_write& latest) {
    const std::lock_guard lock(mutex_);
    writes_[writer] = {latest, std::chrono::steady_clock::now()};
}

// A request may be dropped with its month, so that its write cannot be found any more. A month is kept for
// longer than a day.
std::vector<acknowledged_write> fleet::acknowledged_writes() {
    const std::lock_guard lock(mutex_);
    const auto oldest = std::chrono::steady_clock::now() - std::chrono::hours(24);
    std::erase_if(writes_, [&](const auto& one) { return one.second.at < oldest; });
    std::vector<acknowledged_write> all;
    all.reserve(writes_.size());
    for (const auto& [connection, latest] : writes_)
        all.push_back(latest.write);
    return all;
}

void fleet::stop_claiming(std::string why) {
    const std::lock_guard lock(mutex_);
    is_stopped_ = !why.empty();
    stopped_ = std::move(why);
}

std::string fleet::claiming_stopped() const {
    const std::lock_guard lock(mutex_);
    return stopped_;
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
