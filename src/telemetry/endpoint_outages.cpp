#include "telemetry/endpoint_outages.hpp"

#include <algorithm>
#include <random>
#include <ranges>

namespace contego::daemon {
namespace {

constexpr std::size_t most_outages = 1'000;
constexpr std::size_t most_hits = 10'000;
constexpr auto same_outage = std::chrono::minutes(1);
constexpr auto between_writes = std::chrono::seconds(30);

std::int64_t random_id() {
    std::random_device source;
    return std::uniform_int_distribution<std::int64_t>(1)(source);
}

} // namespace

void endpoint_outages::begin(std::string_view provider,
                             std::string_view endpoint,
                             std::string_view reason,
                             time_point now) {
    const std::lock_guard lock(mutex_);
    auto* former = latest(provider, endpoint);
    if (former != nullptr && (!former->state.to || now - *former->state.to < same_outage)) {
        former->state.to.reset();
        former->changed = true;
        return;
    }
    std::erase_if(all_, [&](const entry& e) {
        return e.state.to && !e.changed && e.unwritten.empty() && now - *e.state.to >= same_outage;
    });
    if (all_.size() >= most_outages) all_.erase(all_.begin());
    entry made;
    made.state = {random_id(),
                  std::string(provider),
                  std::string(endpoint),
                  std::string(reason),
                  now,
                  std::nullopt,
                  {}};
    all_.push_back(std::move(made));
}

void endpoint_outages::end(std::string_view provider, std::string_view endpoint, time_point now) {
    const std::lock_guard lock(mutex_);
    auto* found = latest(provider, endpoint);
    if (found == nullptr || found->state.to) return;
    found->state.to = now;
    found->changed = true;
}

void endpoint_outages::hit(std::string_view provider, std::int64_t request_id) {
    const std::lock_guard lock(mutex_);
    for (auto& e : std::views::reverse(all_)) {
        if (e.state.provider != provider) continue;
        if (e.hits.size() < most_hits && e.hits.insert(request_id).second) e.unwritten.insert(request_id);
        return;
    }
}

std::vector<queue::outage> endpoint_outages::changed(time_point now) const {
    const std::lock_guard lock(mutex_);
    std::vector<queue::outage> due;
    for (const auto& e : all_) {
        const bool is_stale = !e.state.to && e.written_at && now - *e.written_at >= between_writes;
        if (!e.changed && e.unwritten.empty() && !is_stale) continue;
        due.push_back(e.state);
        due.back().requests.assign(e.unwritten.begin(), e.unwritten.end());
    }
    return due;
}

void endpoint_outages::written(const queue::outage& o, time_point now) {
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(all_, o.id, [](const entry& e) { return e.state.id; });
    if (found == all_.end()) return;
    for (const auto id : o.requests)
        found->unwritten.erase(id);
    if (found->state.to == o.to) found->changed = false;
    found->written_at = now;
}

endpoint_outages::entry* endpoint_outages::latest(std::string_view provider, std::string_view endpoint) {
    for (auto& e : std::views::reverse(all_))
        if (e.state.provider == provider && e.state.endpoint == endpoint) return &e;
    return nullptr;
}

} // namespace contego::daemon
