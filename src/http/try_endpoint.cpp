#include "http/try_endpoint.hpp"

#include "http/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <utility>

namespace contego::http {
namespace {

namespace asio = boost::asio;

/// Longer than an answer takes on the way to a CAS. A server that accepts us sends nothing.
constexpr auto objection_time = std::chrono::milliseconds(500);

/// Waits for anything that the server sends before any request. A server that accepts us sends nothing.
asio::awaitable<void> await_objection(connection& c, endpoint_trial& out) {
    const auto got = co_await c.read_some(std::chrono::steady_clock::now() + objection_time);
    if (!got.error || got.error == asio::error::timed_out) co_return;
    out.error = c.is_encrypted() ? transport_error::tls : transport_error::closed;
    out.detail = got.error.message();
}

// The arguments live in `run`, which waits for the end.
asio::awaitable<void> look(const endpoint& where, time_point deadline, endpoint_trial& out) {
    certificates files(where.options.tls);
    const auto begun = std::chrono::steady_clock::now();
    auto found = co_await open_connection(co_await asio::this_coro::executor, where, files, {}, deadline);
    out.opened_in = std::chrono::steady_clock::now() - begun;
    if (auto* failed = std::get_if<failure>(&found)) {
        out.error = failed->error;
        out.detail = std::move(failed->detail);
        out.distrust = failed->distrust;
        co_return;
    }
    auto& c = *std::get<std::unique_ptr<connection>>(found);
    out.protocol = c.protocol();
    out.chain = c.shown_chain();
    co_await await_objection(c, out);
}

endpoint_trial run(const endpoint& where, std::chrono::milliseconds at_most) {
    endpoint_trial out;
    asio::io_context network(1);
    std::exception_ptr thrown;
    asio::co_spawn(network,
                   look(where, std::chrono::steady_clock::now() + at_most, out),
                   [&thrown](const std::exception_ptr& e) { thrown = e; });
    network.run();
    if (thrown) std::rethrow_exception(thrown);
    return out;
}

} // namespace

endpoint_trial try_endpoint(const endpoint& where, std::chrono::milliseconds at_most) {
    auto out = run(where, at_most);
    if (out.distrust == 0) return out;
    // A handshake that we ended leaves no chain to read. So connect once more and trust any certificate.
    auto trusting = where;
    trusting.options.tls.verify = false;
    out.chain = run(trusting, at_most).chain;
    return out;
}

} // namespace contego::http
