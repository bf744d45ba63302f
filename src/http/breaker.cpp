#include "http/breaker.hpp"

#include <algorithm>

namespace contego::http {

// After `shut`, answers of exchanges that were in flight say nothing new: the endpoint answered before, too.
bool breaker::answered() {
    if (shut_ && !probe_out_) return false;
    const bool closed = open_;
    shut_ = false;
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

bool breaker::shut(time_point now, std::chrono::steady_clock::duration at_least, const std::string& why) {
    const bool opened = !open_;
    open_ = true;
    shut_ = true;
    probe_out_ = false;
    reason_ = why;
    next_probe_ = now + std::max<std::chrono::steady_clock::duration>(at_least, options_.probe_interval);
    return opened;
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
