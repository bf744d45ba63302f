#include "http/breaker.hpp"

namespace contego::http {

bool breaker::answered() {
    const bool closed = open_;
    open_ = false;
    probe_out_ = false;
    failures_ = 0;
    reason_.clear();
    return closed;
}

// Exchanges that were in flight when the breaker opened may fail later. That changes nothing.
bool breaker::failed(time_point now, const std::string& why) {
    ++failures_;
    if (open_ || failures_ < options_.failures) return false;
    open_ = true;
    reason_ = why;
    next_probe_ = now + options_.probe_interval;
    return true;
}

bool breaker::probe_is_due(time_point now) const {
    return open_ && !probe_out_ && now >= next_probe_;
}

void breaker::probe_sent(time_point now) {
    probe_out_ = true;
    next_probe_ = now + options_.probe_interval;
}

void breaker::probe_failed(const std::string& why) {
    probe_out_ = false;
    reason_ = why;
}

} // namespace contego::http
