#include "http/lookup.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace contego::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// The resolver blocks a thread of its own and cannot be interrupted, so no coroutine waits for it directly.
/// It leaves its result here, and the coroutine that asked may have ended by then.
struct question {
    explicit question(const asio::any_io_executor& executor) : resolver(executor), answered(executor) {}

    tcp::resolver resolver;
    asio::steady_timer answered;
    bool done = false;
    lookup_result result;
};

void ask(const std::shared_ptr<question>& q, const std::string& host, const std::string& port) {
    q->resolver.async_resolve(
        host, port, [q](boost::system::error_code ec, const tcp::resolver::results_type& found) {
            for (const auto& entry : found)
                q->result.addresses.push_back(entry.endpoint());
            if (ec) q->result.problem = ec.message();
            q->done = true;
            q->answered.cancel();
        });
}

} // namespace

asio::awaitable<lookup_result> look_up(asio::any_io_executor executor,
                                       const std::string& host,
                                       const std::string& port,
                                       std::stop_token stop,
                                       std::chrono::steady_clock::time_point deadline) {
    auto q = std::make_shared<question>(executor);
    ask(q, host, port);
    q->answered.expires_at(deadline);
    // An expiry in the past ends a wait in progress, and also a wait that has yet to begin.
    const std::stop_callback stopping(stop,
                                      [q] { q->answered.expires_at(asio::steady_timer::time_point::min()); });
    boost::system::error_code woken;
    co_await q->answered.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (q->done) co_return std::move(q->result);
    // This takes the question out of the queue if the resolver has not begun with it.
    q->resolver.cancel();
    co_return lookup_result{.addresses = {}, .problem = "the resolver did not answer before the deadline"};
}

} // namespace contego::http
