#include "pipeline/retry_policy.hpp"

#include <algorithm>

namespace contego::pipeline {

std::optional<std::chrono::milliseconds> next_delay(const retry_policy& policy,
                                                    int attempts,
                                                    double dice,
                                                    std::optional<std::chrono::seconds> at_least) {
    if (attempts >= policy.most_attempts) return std::nullopt;
    auto bound = policy.first_delay;
    for (int doubled = 1; doubled < attempts && bound < policy.longest_delay; ++doubled)
        bound *= 2;
    bound = std::min(bound, policy.longest_delay);
    const auto drawn =
        std::chrono::milliseconds(static_cast<std::int64_t>(dice * static_cast<double>(bound.count())));
    return std::max(drawn, std::chrono::milliseconds(at_least.value_or(std::chrono::seconds(0))));
}

} // namespace contego::pipeline
