#include "http/failure_attribution.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <utility>

namespace contego::http {

namespace asio = boost::asio;

bool was_answered_in_bytes(const exchange& e) {
    return e.state == exchange_state::sent_no_answer && !e.body.empty();
}

/// One failure that is not decided yet, in the list of them for as long as it lives.
struct failure_attribution::failure {
    failure(failure_attribution& a, std::size_t where)
        : all(a.open_), endpoint(where), over(a.executor_, a.longest_), self(all.insert(all.end(), this)) {}

    failure(const failure&) = delete;
    failure& operator=(const failure&) = delete;

    ~failure() { all.erase(self); }

    std::list<failure*>& all;
    std::size_t endpoint;
    time_point at = std::chrono::steady_clock::now();
    asio::steady_timer over;
    std::optional<bool> outage;
    std::list<failure*>::iterator self;
};

failure_attribution::failure_attribution(asio::any_io_executor executor, std::chrono::milliseconds longest)
    : executor_(std::move(executor)), longest_(longest) {}

asio::awaitable<bool> failure_attribution::is_outage(std::size_t endpoint, bool answered_in_bytes) {
    failure f(*this, endpoint);
    boost::system::error_code ignored;
    co_await f.over.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return f.outage.value_or(!answered_in_bytes);
}

void failure_attribution::answered(std::size_t endpoint, time_point began) {
    decide([&](const failure& f) { return f.endpoint == endpoint && f.at < began; }, false);
}

void failure_attribution::died(std::size_t endpoint) {
    decide([&](const failure& f) { return f.endpoint == endpoint; }, true);
}

void failure_attribution::close() {
    decide([](const failure& /*any*/) { return true; }, true);
}

template <typename Which>
void failure_attribution::decide(Which which, bool outage) {
    for (auto* f : open_) {
        if (f->outage || !which(*f)) continue;
        f->outage = outage;
        f->over.cancel();
    }
}

} // namespace contego::http
