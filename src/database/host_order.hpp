#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace contego::queue {

/// Remembers which hosts of the database answered, so that a connection does not wait for a dead host that
/// is named first.
///
/// Thread safe.
class host_order {
public:
    /// Returns the connection string with the host in front that answered last, if it names several hosts
    /// and one of them has answered. Otherwise returns it unchanged.
    [[nodiscard]] std::string arranged(const std::string& connection_string) const;

    /// Notes that a connection to this host was opened. `host` and `port` are as libpq reports them.
    void answered(const std::string& host, const std::string& port);

    /// Forgets a host that answered, but does not do what the daemon needs, such as a standby.
    void forget(const std::string& host, const std::string& port);

private:
    mutable std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> latest_first_;
};

} // namespace contego::queue
