#include "database/host_order.hpp"

#include "database/connection_string.hpp"

namespace contego::queue {

std::string host_order::arranged(const std::string& connection_string) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [host, port] : latest_first_)
        if (auto found = with_host_first(connection_string, host, port)) return *std::move(found);
    return connection_string;
}

void host_order::answered(const std::string& host, const std::string& port) {
    const std::lock_guard lock(mutex_);
    std::erase(latest_first_, std::pair(host, port));
    latest_first_.emplace(latest_first_.begin(), host, port);
}

void host_order::forget(const std::string& host, const std::string& port) {
    const std::lock_guard lock(mutex_);
    std::erase(latest_first_, std::pair(host, port));
}

} // namespace contego::queue
