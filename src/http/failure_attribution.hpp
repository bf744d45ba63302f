#pragma once

#include <contego/exchange.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <list>

namespace contego::http {

/// Returns whether bytes came back that are not a readable answer. Such an exchange must never be repeated
/// without counting an attempt, since the CAS may have carried out the command.
[[nodiscard]] bool was_answered_in_bytes(const exchange& e);

/// Decides whose fault it was that an exchange was sent and failed: the endpoint's, which was away, or the
/// command's.
///
/// If an exchange that began after the failure is answered, the endpoint was alive. If the breaker of
/// the endpoint opens, or nobody is answered for `longest`, it was an outage. If nobody is answered, and this
/// exchange was answered by bytes that cannot be read, the command may be what breaks the answer.
///
/// Single-threaded. Must outlive the coroutines that await a decision.
class failure_attribution {
public:
    using time_point = std::chrono::steady_clock::time_point;

    failure_attribution(boost::asio::any_io_executor executor, std::chrono::milliseconds longest);
    failure_attribution(const failure_attribution&) = delete;
    failure_attribution& operator=(const failure_attribution&) = delete;
    ~failure_attribution() = default;

    /// Waits for the decision about an exchange that failed just now. True: the endpoint was away.
    /// `answered_in_bytes` is was_answered_in_bytes of that exchange.
    boost::asio::awaitable<bool> is_outage(std::size_t endpoint, bool answered_in_bytes);

    /// An exchange with the endpoint that began at that time was answered.
    void answered(std::size_t endpoint, time_point began);

    /// Notes that the breaker of the endpoint opened.
    void died(std::size_t endpoint);

    /// Decides that all of them are outages.
    void close();

private:
    struct failure;

    template <typename Which>
    void decide(Which which, bool outage);

    boost::asio::any_io_executor executor_;
    std::chrono::milliseconds longest_;
    std::list<failure*> open_; ///< each is a variable of the coroutine that awaits it
};

} // namespace contego::http
