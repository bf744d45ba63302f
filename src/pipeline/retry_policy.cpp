#include "pipeline/retry_policy.hpp"

#include <algorithm>
#include <cstdint>

namespace contego::pipeline {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Returns the wait that the CAS asked for, within 0 and `longest`. It compares seconds, since the value in
/// milliseconds may overflow.
milliseconds within(std::optional<seconds> asked, milliseconds longest) {
    if (!asked || *asked <= seconds(0)) return milliseconds(0);
    return *asked > std::chrono::floor<seconds>(longest) ? longest : milliseconds(*asked);
}

milliseconds drawn(milliseconds bound, double jitter, milliseconds at_least) {
    const auto draw = milliseconds(static_cast<std::int64_t>(jitter * static_cast<double>(bound.count())));
    return std::max(draw, at_least);
}

} // namespace

std::optional<milliseconds> next_delay(const retry_policy& policy,
                                       int attempts,
                                       milliseconds age,
                                       double jitter,
                                       std::optional<seconds> at_least) {
    const bool too_old = policy.longest_age.count() > 0 && age >= policy.longest_age;
    if (attempts >= policy.most_attempts || too_old) return std::nullopt;
    auto bound = policy.first_delay;
    for (int doubled = 1; doubled < attempts && bound < policy.longest_delay; ++doubled)
        bound = bound > policy.longest_delay / 2 ? policy.longest_delay : bound * 2;
    return drawn(std::min(bound, policy.longest_delay), jitter, within(at_least, policy.longest_delay));
}

milliseconds
next_delay_after_outage(const retry_policy& policy, double jitter, std::optional<seconds> at_least) {
    return drawn(policy.first_delay, jitter, within(at_least, policy.longest_delay));
}

} // namespace contego::pipeline
