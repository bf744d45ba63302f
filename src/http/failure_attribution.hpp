#pragma once

#include <contego/exchange.hpp>
#include <contego/transport.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

namespace contego::http {

/// Something came back, and it is no answer that can be read. Such an exchange is never repeated for nothing:
/// it may have been done.
[[nodiscard]] bool was_answered_in_bytes(const exchange& e);

/// Exchanges that were sent and failed, for as long as it is not clear whose fault that was: the endpoint's,
/// which was away, or the command's.
///
/// When an exchange that began after the failure is answered, the endpoint was alive. When the endpoint is
/// taken for dead, or nobody was answered for `longest`, it was an outage; if nobody was, and this one was
/// answered by bytes that cannot be read, the command may be what breaks the answer. Each is handed on then,
/// through the executor.
///
/// Single-threaded; make it with make_shared.
class failure_attribution : public std::enable_shared_from_this<failure_attribution> {
public:
    using time_point = std::chrono::steady_clock::time_point;

    failure_attribution(boost::asio::any_io_executor executor, std::chrono::milliseconds longest);
    failure_attribution(const failure_attribution&) = delete;
    failure_attribution& operator=(const failure_attribution&) = delete;
    ~failure_attribution();

    void open(std::size_t endpoint, exchange failed, transport::done then);

    /// An exchange with the endpoint that began then was answered.
    void answered(std::size_t endpoint, time_point began);

    /// The endpoint is taken for dead.
    void died(std::size_t endpoint);

    /// Ends all of them as outages.
    void close();

private:
    struct failure;

    template <typename Which>
    void settle(Which which, bool outage);

    boost::asio::any_io_executor executor_;
    std::chrono::milliseconds longest_;
    std::list<std::unique_ptr<failure>> open_;
};

} // namespace contego::http
