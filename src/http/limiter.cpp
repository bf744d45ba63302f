#include "http/limiter.hpp"

#include <algorithm>

namespace contego::http {

void limiter::allow(std::size_t most) {
    const bool was_unhindered = limit_ >= most_;
    most_ = static_cast<double>(most);
    limit_ = was_unhindered ? most_ : std::min(limit_, most_);
}

void limiter::succeeded(std::size_t in_flight) {
    if (2 * in_flight >= limit()) limit_ = std::min(most_, limit_ + 1.0 / limit_);
}

void limiter::lost(time_point began, time_point now) {
    if (began < lowered_) return;
    limit_ = std::max(1.0, limit_ * 0.75);
    lowered_ = now;
}

} // namespace contego::http
