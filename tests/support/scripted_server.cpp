#include "support/scripted_server.hpp"

#include "support/scripted_player.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <thread>

namespace contego::test {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

using tls_stream = ssl::stream<tcp::socket>;

ssl::context make_context(const server_tls& tls) {
    ssl::context context(ssl::context::tls_server);
    context.use_certificate_chain_file(tls.identity.certificate.string());
    context.use_private_key_file(tls.identity.key.string(), ssl::context::pem);
    if (tls.highest_version != 0) SSL_CTX_set_max_proto_version(context.native_handle(), tls.highest_version);
    if (!tls.client_authority.empty()) {
        context.load_verify_file(tls.client_authority.string());
        context.set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    }
    return context;
}

asio::awaitable<void> shake_hands(stage& s, tls_stream& stream) {
    error_code ec;
    co_await stream.async_handshake(ssl::stream_base::server, asio::redirect_error(asio::use_awaitable, ec));
    const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
    s.note([&](server_record& r) {
        r.server_names.emplace_back(name == nullptr ? "" : name);
        r.failed_handshakes += ec ? 1U : 0U;
    });
    if (!ec) co_return;
    // Wait until the client has read why it was refused and has left. Closing earlier would reset the
    // connection.
    std::array<char, 4096> scrap{};
    for (;;)
        co_await stream.next_layer().async_read_some(asio::buffer(scrap), asio::use_awaitable);
}

asio::awaitable<void> converse(stage& s, tcp::socket& socket, const script& steps) {
    if (!s.tls) {
        scripted_player<tcp::socket> actor(s, socket);
        co_await actor.play(steps);
        co_return;
    }
    tls_stream stream(std::move(socket), *s.tls);
    co_await shake_hands(s, stream);
    scripted_player<tls_stream> actor(s, stream);
    co_await actor.play(steps);
}

asio::awaitable<void> serve(stage& s, tcp::socket socket, const script& steps) {
    try {
        co_await converse(s, socket, steps);
    } catch (const boost::system::system_error& e) {
        s.note([&](server_record& r) {
            ++r.broken;
            r.was_reset += e.code() == asio::error::connection_reset ? 1U : 0U;
        });
    }
    error_code ec;
    socket.close(ec);
    s.note([](server_record& r) {
        --r.open;
        ++r.ended;
    });
}

asio::awaitable<void> accept_all(stage& s, tcp::acceptor& acceptor) {
    for (std::size_t n = 0;; ++n) {
        auto socket = co_await acceptor.async_accept(asio::use_awaitable);
        socket.set_option(tcp::no_delay(true));
        s.note([](server_record& r) {
            ++r.connections;
            r.most_open = std::max(r.most_open, ++r.open);
        });
        const auto& steps = s.scripts[std::min(n, s.scripts.size() - 1)];
        asio::co_spawn(s.io, serve(s, std::move(socket), steps), [](const std::exception_ptr& problem) {
            if (problem) std::rethrow_exception(problem);
        });
    }
}

} // namespace

struct scripted_server::state : stage {
    using stage::stage;

    tcp::acceptor acceptor{io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
    std::uint16_t port = acceptor.local_endpoint().port();
    std::thread thread;
};

scripted_server::scripted_server(std::vector<script> scripts,
                                 std::optional<server_tls> tls,
                                 int receive_buffer)
    : state_(std::make_unique<state>(std::move(scripts))) {
    auto& s = *state_;
    if (receive_buffer > 0) s.acceptor.set_option(tcp::acceptor::receive_buffer_size(receive_buffer));
    if (tls) s.tls = make_context(*tls);
    asio::co_spawn(s.io, accept_all(s, s.acceptor), [](const std::exception_ptr& problem) {
        if (problem) std::rethrow_exception(problem);
    });
    s.thread = std::thread([&s] { s.io.run(); });
}

scripted_server::~scripted_server() {
    state_->io.stop();
    state_->thread.join();
}

std::uint16_t scripted_server::port() const {
    return state_->port;
}

std::string scripted_server::url() const {
    return (state_->tls ? "https" : "http") + std::string("://localhost:") + std::to_string(port());
}

server_record scripted_server::record() const {
    const std::lock_guard lock(state_->mutex);
    return state_->record;
}

bool scripted_server::wait_until(const std::function<bool(const server_record&)>& wanted,
                                 std::chrono::milliseconds patience) const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, patience, [&] { return wanted(state_->record); });
}

void scripted_server::release() {
    asio::post(state_->io, [s = state_.get()] {
        s->released = true;
        s->held.cancel();
    });
}

step read_request() {
    return {step::read_request{}};
}

step read_some() {
    return {step::read_some{}};
}

step write(std::string bytes) {
    return {step::write{std::move(bytes)}};
}

step drip(std::string bytes, std::chrono::milliseconds pause) {
    return {step::drip{.bytes = std::move(bytes), .pause = pause}};
}

step flood(std::string bytes) {
    return {step::flood{std::move(bytes)}};
}

step pause(std::chrono::microseconds time) {
    return {step::pause{time}};
}

step close() {
    return {step::close{}};
}

step cut() {
    return {step::cut{}};
}

step reset() {
    return {step::reset{}};
}

step stall() {
    return {step::stall{}};
}

step hold() {
    return {step::hold{}};
}

step repeat() {
    return {step::repeat{}};
}

std::string answer(int status, const std::string& body, const std::string& extra) {
    return "HTTP/1.1 " + std::to_string(status) + " As scripted\r\nContent-Type: text/xml\r\n" + extra +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

script always(const std::string& bytes) {
    return {read_request(), write(bytes), repeat()};
}

} // namespace contego::test
