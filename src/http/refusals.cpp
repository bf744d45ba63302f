#include "http/refusals.hpp"

#include <algorithm>
#include <functional>
#include <string>

namespace contego::http {
namespace {

constexpr std::size_t most = 64;

} // namespace

std::size_t refusals::mark_of(const envelope& e) {
    const std::hash<std::string> hash;
    return hash(e.body) * 31 + hash(e.path);
}

void refusals::answered(std::size_t mark, time_point began) {
    last_answered_ = std::max(last_answered_, began);
    std::erase_if(known_, [mark](const entry& e) { return e.mark == mark; });
}

refusals::finding refusals::refused(std::size_t mark, time_point now) {
    const auto found = std::ranges::find(known_, mark, &entry::mark);
    if (found != known_.end()) return {.is_first = false, .is_own = last_answered_ > found->first};
    if (known_.size() == most) known_.pop_front();
    known_.push_back({mark, now});
    return {.is_first = true, .is_own = false};
}

} // namespace contego::http
