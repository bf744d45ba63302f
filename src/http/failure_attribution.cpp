#include "http/failure_attribution.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace contego::http {
namespace {

namespace asio = boost::asio;

} // namespace

bool was_answered_in_bytes(const exchange& e) {
    return e.state == exchange_state::sent_no_answer && !e.body.empty();
}

struct failure_attribution::failure {
    failure(const asio::any_io_executor& executor,
            std::chrono::milliseconds longest,
            std::size_t where,
            exchange e,
            transport::done t)
        : endpoint(where), out(std::move(e)), then(std::move(t)), over(executor, longest) {}

    std::size_t endpoint;
    time_point at = std::chrono::steady_clock::now();
    exchange out;
    transport::done then;
    asio::steady_timer over;
};

failure_attribution::failure_attribution(asio::any_io_executor executor, std::chrono::milliseconds longest)
    : executor_(std::move(executor)), longest_(longest) {}

failure_attribution::~failure_attribution() = default;

void failure_attribution::open(std::size_t endpoint, exchange failed, transport::done then) {
    auto& f = *open_.emplace_back(
        std::make_unique<failure>(executor_, longest_, endpoint, std::move(failed), std::move(then)));
    f.over.async_wait([self = shared_from_this(), which = &f](boost::system::error_code ec) {
        if (!ec)
            self->settle([which](const failure& one) { return &one == which; },
                         !was_answered_in_bytes(which->out));
    });
}

void failure_attribution::answered(std::size_t endpoint, time_point began) {
    settle([&](const failure& f) { return f.endpoint == endpoint && f.at < began; }, false);
}

void failure_attribution::died(std::size_t endpoint) {
    settle([&](const failure& f) { return f.endpoint == endpoint; }, true);
}

void failure_attribution::close() {
    settle([](const failure& /*any*/) { return true; }, true);
}

template <typename Which>
void failure_attribution::settle(Which which, bool outage) {
    std::erase_if(open_, [&](const std::unique_ptr<failure>& f) {
        if (!which(*f)) return false;
        f->out.outage = outage;
        asio::post(executor_,
                   [then = std::move(f->then), out = std::move(f->out)]() mutable { then(std::move(out)); });
        return true;
    });
}

} // namespace contego::http
