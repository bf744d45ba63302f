#include "pipeline/retry_policy.hpp"

#include <algorithm>

namespace contego::pipeline {

namespace {

std::chrono::milliseconds
drawn(std::chrono::milliseconds bound, double dice, std::optional<std::chrono::seconds> at_least) {
    const auto draw =
        std::chrono::milliseconds(static_cast<std::int64_t>(dice * static_cast<double>(bound.count())));
    return std::max(draw, std::chrono::milliseconds(at_least.value_or(std::chrono::seconds(0))));
}

} // namespace

std::optional<std::chrono::milliseconds> next_delay(const retry_policy& policy,
                                                    int attempts,
                                                    std::chrono::milliseconds age,
                                                    double dice,
                                                    std::optional<std::chrono::seconds> at_least) {
    const bool too_old = policy.longest_age.count() > 0 && age >= policy.longest_age;
    if (attempts >= policy.most_attempts || too_old) return std::nullopt;
    auto bound = policy.first_delay;
    for (int doubled = 1; doubled < attempts && bound < policy.longest_delay; ++doubled)
        bound *= 2;
    return drawn(std::min(bound, policy.longest_delay), dice, at_least);
}

std::chrono::milliseconds next_delay_after_outage(const retry_policy& policy,
                                                  double dice,
                                                  std::optional<std::chrono::seconds> at_least) {
    return drawn(policy.first_delay, dice, at_least);
}

} // namespace contego::pipeline
