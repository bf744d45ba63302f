#include "http/breaker.hpp"

namespace contego::http {

bool breaker::answered() {
    const bool closed = open_;
    open_ = false;
    canary_out_ = false;
    failures_ = 0;
    reason_.clear();
    return closed;
}

// What was under way when it opened may fail later; that changes nothing.
bool breaker::failed(time_point now, const std::string& why) {
    ++failures_;
    if (open_ || failures_ < options_.failures) return false;
    open_ = true;
    reason_ = why;
    next_canary_ = now + options_.canary_interval;
    return true;
}

bool breaker::canary_is_due(time_point now) const {
    return open_ && !canary_out_ && now >= next_canary_;
}

void breaker::canary_sent(time_point now) {
    canary_out_ = true;
    next_canary_ = now + options_.canary_interval;
}

void breaker::canary_failed(const std::string& why) {
    canary_out_ = false;
    reason_ = why;
}

} // namespace contego::http
