#include "pipeline/session_keeper.hpp"

#include "pipeline/fresh_sending.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace contego::pipeline {
namespace {

using std::chrono::steady_clock;

/// Returns whether the CAS itself turned the login down. Overload, or a gateway that cannot reach the CAS, is
/// no refusal.
bool is_refusal(const exchange& e) {
    if (e.state != exchange_state::answered) return false;
    return e.http_status != 429 && e.http_status != 502 && e.http_status != 503 && e.http_status != 504;
}

/// The reply to a command that was not sent because its login failed. The CAS counts as away, so no attempt
/// of the request is counted.
reply login_failed(const reply& answer) {
    reply r;
    r.outcome = outcome::retry;
    r.error_code = "LOGIN_FAILED";
    r.error_description = "the login failed with " + answer.error_code + ": " + answer.error_description;
    r.outage = true;
    r.retry_after = answer.retry_after;
    return r;
}

} // namespace

session_keeper::session_keeper(asio::any_io_executor network,
                               const line_options& options,
                               const binding& wire,
                               transport& endpoint,
                               admission_control& gate,
                               line_observer& observer)
    : network_(std::move(network)),
      options_(options),
      wire_(wire),
      endpoint_(endpoint),
      gate_(gate),
      observer_(observer) {}

session_keeper::session_pointer session_keeper::current(std::size_t endpoint) {
    auto& s = states_[endpoint];
    if (s.current && steady_clock::now() >= s.current->ends) s.current.reset();
    return s.current;
}

asio::awaitable<std::optional<reply>> session_keeper::log_in(std::size_t endpoint) {
    if (const auto other = states_[endpoint].in_flight) {
        boost::system::error_code ignored;
        co_await other->ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return other->failure;
    }
    const auto mine = std::make_shared<login>(network_);
    states_[endpoint].in_flight = mine;
    mine->failure = co_await send_login(endpoint);
    states_[endpoint].in_flight.reset();
    mine->ended.cancel();
    co_return mine->failure;
}

asio::awaitable<std::optional<reply>> session_keeper::send_login(std::size_t endpoint) {
    const auto sent = steady_clock::now();
    const auto sending = fresh_sending();
    auto wire = wire_.prepare_login(sending);
    wire.fresh_connection = true;
    wire.endpoint = endpoint;
    wire.is_login = true;
    const auto e = co_await endpoint_.send(std::move(wire), sent + options_.exchange_timeout);
    if (e.moved) co_return std::nullopt;
    auto [token, answer] = wire_.interpret_login(sending, e);
    observer_.logged_in(options_.provider, answer);
    if (token.empty()) {
        fail(endpoint, e, answer);
        co_return login_failed(answer);
    }
    gate_.accept_login(endpoint);
    const auto lifetime = wire_.session_lifetime();
    const auto ends = lifetime.count() > 0 ? sent + lifetime : steady_clock::time_point::max();
    states_[endpoint].current =
        std::make_shared<session>(session{.token = std::move(token), .endpoint = endpoint, .ends = ends});
    co_return std::nullopt;
}

void session_keeper::fail(std::size_t endpoint, const exchange& e, const reply& answer) {
    steady_clock::duration wait{};
    if (is_refusal(e)) wait = next_wait(states_[endpoint]);
    if (answer.retry_after)
        wait = std::clamp<steady_clock::duration>(
            *answer.retry_after, wait, std::max<steady_clock::duration>(wait, options_.retry.longest_delay));
    gate_.refuse_login(
        endpoint, wait, "the login failed with " + answer.error_code + ": " + answer.error_description);
}

std::chrono::milliseconds session_keeper::next_wait(state& of) const {
    const auto doublings = std::min(of.failures++, 30);
    return std::min(options_.retry.longest_delay,
                    options_.retry.first_delay * (std::int64_t{1} << doublings));
}

void session_keeper::accepted(session& of) {
    if (std::exchange(of.accepted, true)) return;
    states_[of.endpoint].failures = 0;
}

void session_keeper::expired(const session& of) {
    auto& s = states_[of.endpoint];
    if (s.current.get() != &of) return;
    s.current.reset();
    if (of.accepted) return;
    // A session may be lost before its first use. If that happens twice in a row, no login helps.
    if (s.failures == 0)
        s.failures = 1;
    else
        gate_.refuse_login(
            of.endpoint, next_wait(s), "the CAS ends each session before it answers a command");
}

void session_keeper::stop() {
    for (auto& [endpoint, s] : states_)
        if (s.in_flight) s.in_flight->ended.cancel();
}

} // namespace contego::pipeline
