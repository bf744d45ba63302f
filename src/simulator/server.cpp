#include "simulator/server.hpp"

#include "simulator/stub.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

#include <algorithm>
#include <atomic>
#include <memory>

namespace contego::simulator {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using tls_stream = asio::ssl::stream<tcp::socket>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t largest_body = 4UL * 1024 * 1024;

tcp::socket& socket_of(tcp::socket& s) {
    return s;
}

tcp::socket& socket_of(tls_stream& s) {
    return s.next_layer();
}

/// Closes the connection with a linger of zero, which sends a reset.
void reset(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

/// Returns when the client gives up or sends unexpected data.
asio::awaitable<void> hang(tcp::socket& socket) {
    co_await socket.async_wait(tcp::socket::wait_read, as_result);
}

template <class Stream>
asio::awaitable<error_code> write_dripping(Stream& stream, std::string_view bytes, std::size_t per_second) {
    const std::size_t piece = std::max<std::size_t>(1, per_second / 20);
    const std::chrono::microseconds beat(static_cast<std::int64_t>(1'000'000 * piece / per_second));
    asio::steady_timer timer(stream.get_executor());
    while (!bytes.empty()) {
        const auto part = bytes.substr(0, piece);
        const auto [failed, _] = co_await asio::async_write(stream, asio::buffer(part), as_result);
        if (failed) co_return failed;
        bytes.remove_prefix(part.size());
        timer.expires_after(beat);
        co_await timer.async_wait(as_result);
    }
    co_return error_code();
}

moment now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// Serves one exchange of the stateful service. Returns false if the connection must be closed.
template <class Stream>
asio::awaitable<bool> exchange(Stream& stream, service& s, const http_request& request) {
    const auto arrived = s.receive(request);
    const auto& trouble = arrived.trouble;
    if (trouble.latency.count() > 0) {
        asio::steady_timer timer(stream.get_executor(), trouble.latency);
        co_await timer.async_wait(as_result);
    }
    auto answer = s.conclude(arrived, now());
    if (trouble.ending == break_off::reset) {
        reset(socket_of(stream));
        co_return false;
    }
    if (trouble.ending == break_off::hang) {
        co_await hang(socket_of(stream));
        co_return false;
    }
    answer.keep_alive = answer.keep_alive && request.keep_alive();
    const auto bytes = bytes_of(answer);
    error_code failed;
    if (trouble.drip_bytes_per_second != 0)
        failed = co_await write_dripping(stream, bytes, trouble.drip_bytes_per_second);
    else
        std::tie(failed, std::ignore) = co_await asio::async_write(stream, asio::buffer(bytes), as_result);
    co_return !failed && answer.keep_alive;
}

/// The stub of one connection, and its latency.
struct slow_stub {
    stub answering;
    std::chrono::milliseconds latency;
};

template <class Stream>
asio::awaitable<bool> exchange(Stream& stream, slow_stub& s, const http_request& request) {
    if (s.latency.count() > 0) {
        asio::steady_timer timer(stream.get_executor(), s.latency);
        co_await timer.async_wait(as_result);
    }
    const auto bytes = s.answering.answer({request.target().data(), request.target().size()});
    const auto [failed, _] = co_await asio::async_write(stream, asio::buffer(bytes), as_result);
    co_return !failed && request.keep_alive();
}

template <class Stream, class Answering>
asio::awaitable<void> converse(Stream& stream, Answering& answering) {
    beast::flat_buffer buffer;
    for (bool open = true; open;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(largest_body);
        const auto [failed, _] = co_await http::async_read(stream, buffer, parser, as_result);
        if (failed) co_return; // the client left, or did not speak HTTP
        open = co_await exchange(stream, answering, parser.get());
    }
}

/// State that all connections share.
struct shared {
    tcp::acceptor acceptor;
    service& answering;
    std::unique_ptr<asio::ssl::context> tls; ///< nullptr: plain text
    server_settings settings;
    std::atomic<std::uint64_t> connections = 0;

    /// Returns the executor of one connection. A single thread is a strand already, and costs less.
    [[nodiscard]] asio::any_io_executor lane() {
        if (settings.threads == 1) return acceptor.get_executor();
        return asio::make_strand(acceptor.get_executor());
    }
};

template <class Stream>
asio::awaitable<void> converse(Stream& stream, shared& with) {
    const auto number = ++with.connections;
    if (with.settings.stub) {
        slow_stub s{stub(number), with.settings.stub_latency};
        co_await converse(stream, s);
    } else {
        co_await converse(stream, with.answering);
    }
}

asio::awaitable<void> serve(tcp::socket socket, std::shared_ptr<shared> with) {
    error_code ignored;
    socket.set_option(tcp::no_delay(true), ignored);
    if (!with->tls) {
        co_await converse(socket, *with);
        socket.shutdown(tcp::socket::shutdown_both, ignored);
        co_return;
    }
    tls_stream stream(std::move(socket), *with->tls);
    if (const auto [failed] = co_await stream.async_handshake(tls_stream::server, as_result); failed)
        co_return;
    co_await converse(stream, *with);
    if (stream.next_layer().is_open()) co_await stream.async_shutdown(as_result);
}

asio::awaitable<void> accept_all(std::shared_ptr<shared> with) {
    // A failure of one connection must not end the others.
    const auto ended = [](const std::exception_ptr&) {};
    for (;;) {
        auto lane = with->lane();
        auto [failed, socket] = co_await with->acceptor.async_accept(lane, as_result);
        if (failed == asio::error::operation_aborted) co_return;
        if (failed) {
            // Usually there are no free descriptors; some are released later.
            asio::steady_timer timer(with->acceptor.get_executor(), std::chrono::milliseconds(10));
            co_await timer.async_wait(as_result);
            continue;
        }
        asio::co_spawn(lane, serve(std::move(socket), with), ended);
    }
}

asio::ssl::context tls_context(const server_settings& settings) {
    asio::ssl::context tls(asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    tls.use_certificate_chain_file(settings.certificate_file);
    tls.use_private_key_file(settings.key_file, asio::ssl::context::pem);
    if (!settings.client_ca_file.empty()) {
        tls.load_verify_file(settings.client_ca_file);
        tls.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
    return tls;
}

} // namespace

server::server(asio::io_context& context, const server_settings& settings, service& s) {
    const tcp::endpoint wanted(asio::ip::make_address(settings.address), settings.port);
    auto with = std::make_shared<shared>(tcp::acceptor(context, wanted), s, nullptr, settings);
    if (!settings.certificate_file.empty())
        with->tls = std::make_unique<asio::ssl::context>(tls_context(settings));
    const auto bound = with->acceptor.local_endpoint();
    const auto host =
        bound.address().is_v6() ? "[" + bound.address().to_string() + "]" : bound.address().to_string();
    address_ = (with->tls ? "https://" : "http://") + host + ":" + std::to_string(bound.port());
    asio::co_spawn(context, accept_all(with), [](const std::exception_ptr&) {});
}

} // namespace contego::simulator
