#include <contego/backoff.hpp>

#include <algorithm>

namespace contego {

using std::chrono::milliseconds;

milliseconds delay_after(int failures, double jitter, milliseconds first, milliseconds longest) {
    constexpr int doublings_that_matter = 5;
    const auto bound = std::min(longest, first * (1 << std::clamp(failures - 1, 0, doublings_that_matter)));
    return bound / 2 +
           milliseconds(static_cast<milliseconds::rep>(jitter * static_cast<double>(bound.count()) / 2));
}

milliseconds backoff::next() {
    ++failures_;
    return delay_after(failures_, std::uniform_real_distribution<double>()(random_), first_, longest_);
}

} // namespace contego
