#include "telemetry/admin.hpp"

#include "telemetry/admin_host.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <chrono>

namespace contego::daemon {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto time_to_ask = std::chrono::seconds(5);
constexpr auto time_to_read_the_answer = std::chrono::seconds(10);
constexpr auto until_a_descriptor_is_free = std::chrono::milliseconds(200);

http::response<http::string_body> answer(http::status status, std::string_view type, std::string body) {
    http::response<http::string_body> response(status, 11);
    response.set(http::field::content_type, type);
    response.keep_alive(false);
    response.body() = std::move(body);
    response.prepare_payload();
    return response;
}

http::response<http::string_body> answer_to(const http::request<http::empty_body>& request,
                                            const admin_configuration& where,
                                            const admin_sources& from) {
    const auto hosts = request.count(http::field::host);
    if (hosts > 1)
        return answer(
            http::status::bad_request, "text/plain", "a request must not have more than one Host header\n");
    if (hosts == 1 && !is_meant_for(request[http::field::host], where))
        return answer(
            http::status::misdirected_request,
            "text/plain",
            "this Host is not served here; the setting admin.host_names lists further names that are\n");
    if (request.method() != http::verb::get)
        return answer(http::status::method_not_allowed, "text/plain", "only GET is supported\n");
    const std::string path(request.target().substr(0, request.target().find('?')));
    if (path == "/metrics")
        return answer(http::status::ok, "text/plain; version=0.0.4; charset=utf-8", from.metrics());
    if (path == "/livez") return answer(http::status::ok, "text/plain", "alive\n");
    if (path != "/readyz")
        return answer(http::status::not_found, "text/plain", "the paths are /metrics, /readyz and /livez\n");
    const auto why_not = from.unready();
    return why_not ? answer(http::status::service_unavailable, "text/plain", *why_not + '\n')
                   : answer(http::status::ok, "text/plain", "ready\n");
}

} // namespace

admin::admin(asio::io_context& network,
             admin_configuration where,
             admin_sources sources,
             std::size_t most_connections)
    : where_(std::move(where)),
      acceptor_(network, tcp::endpoint(asio::ip::make_address(where_.address), where_.port)),
      sources_(std::move(sources)),
      most_connections_(most_connections) {}

asio::awaitable<void> admin::run() {
    asio::steady_timer pause(acceptor_.get_executor());
    for (;;) {
        boost::system::error_code ec;
        auto socket = co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, ec));
        if (ec) { // most likely no descriptor is free, so accepting again at once would fail again
            pause.expires_after(until_a_descriptor_is_free);
            co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ec));
            continue;
        }
        if (connections_ >= most_connections_) continue; // the destructor closes the socket
        ++connections_;
        // A broken connection ends the scrape and nothing else.
        asio::co_spawn(acceptor_.get_executor(), serve(std::move(socket)), [this](const std::exception_ptr&) {
            --connections_;
        });
    }
}

asio::awaitable<void> admin::serve(tcp::socket socket) const {
    beast::tcp_stream stream(std::move(socket));
    stream.expires_after(time_to_ask);
    beast::flat_buffer buffer;
    http::request<http::empty_body> request;
    co_await http::async_read(stream, buffer, request, asio::use_awaitable);
    auto response = answer_to(request, where_, sources_);
    stream.expires_after(time_to_read_the_answer);
    co_await http::async_write(stream, response, asio::use_awaitable);
    boost::system::error_code gone;
    stream.socket().shutdown(tcp::socket::shutdown_both, gone);
}

} // namespace contego::daemon
