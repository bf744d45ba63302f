#pragma once

#include <contego/exchange.hpp>
#include <contego/sends.hpp>

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
class inquest : public std::enable_shared_from_this<inquest> {
public:
    using time_point = std::chrono::steady_clock::time_point;

    inquest(boost::asio::any_io_executor executor, std::chrono::milliseconds longest);
    inquest(const inquest&) = delete;
    inquest& operator=(const inquest&) = delete;
    ~inquest();

    void open(std::size_t endpoint, exchange failed, sends::done then);

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
