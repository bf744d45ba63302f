#pragma once

#include "support/scripted_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <openssl/ssl.h>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace contego::test {

/// State that the scripts of a server share. Everything except the record belongs to the server's thread.
struct stage {
    explicit stage(std::vector<script> s)
        : scripts(std::move(s)), held(io, boost::asio::steady_timer::time_point::max()) {}

    template <typename Change>
    void note(Change change) {
        {
            const std::lock_guard lock(mutex);
            change(record);
        }
        changed.notify_all();
    }

    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    server_record record;
    std::vector<script> scripts;
    std::optional<boost::asio::ssl::context> tls;
    boost::asio::io_context io{1};
    boost::asio::steady_timer held;
    bool released = false;
};

/// Plays a script on one connection, over plain TCP or TLS. Throws if the connection breaks.
template <typename Stream>
class scripted_player {
public:
    scripted_player(stage& s, Stream& stream) : stage_(s), stream_(stream) {}

    boost::asio::awaitable<void> play(const script& steps) {
        for (std::size_t n = 0; n < steps.size();) {
            const auto* act = &steps[n].what;
            n = std::holds_alternative<step::repeat>(*act) ? 0 : n + 1;
            co_await std::visit([this](const auto& what) { return perform(what); }, *act);
            stage_.note([](server_record& r) { ++r.steps; });
        }
        co_await perform(step::close{});
    }

private:
    using tcp = boost::asio::ip::tcp;
    using error_code = boost::system::error_code;
    static constexpr auto& use_awaitable = boost::asio::use_awaitable;
    static constexpr bool is_tls = !std::is_same_v<Stream, tcp::socket>;

    tcp::socket& socket() {
        if constexpr (is_tls)
            return stream_.next_layer();
        else
            return stream_;
    }

    static std::size_t length_of_body(std::string_view header) {
        constexpr std::string_view name = "\r\nContent-Length: ";
        const auto found = header.find(name);
        if (found == std::string_view::npos) return 0;
        return std::strtoull(header.data() + found + name.size(), nullptr, 10);
    }

    boost::asio::awaitable<void> perform(step::read_request /*what*/) {
        namespace asio = boost::asio;
        const auto end = co_await asio::async_read_until(
            stream_, asio::dynamic_buffer(unread_), "\r\n\r\n", use_awaitable);
        const auto whole = end + length_of_body(std::string_view(unread_).substr(0, end));
        const auto have = unread_.size();
        if (have < whole)
            co_await asio::async_read(
                stream_, asio::dynamic_buffer(unread_), asio::transfer_exactly(whole - have), use_awaitable);
        stage_.note([&](server_record& r) { r.requests.push_back(unread_.substr(0, whole)); });
        unread_.erase(0, whole);
    }

    boost::asio::awaitable<void> perform(step::read_some /*what*/) {
        std::array<char, 1> byte{};
        co_await boost::asio::async_read(stream_, boost::asio::buffer(byte), use_awaitable);
    }

    boost::asio::awaitable<void> perform(const step::write& what) {
        co_await boost::asio::async_write(stream_, boost::asio::buffer(what.bytes), use_awaitable);
    }

    boost::asio::awaitable<void> perform(const step::drip& what) {
        boost::asio::steady_timer pause(stage_.io);
        for (const char& byte : what.bytes) {
            co_await boost::asio::async_write(stream_, boost::asio::buffer(&byte, 1), use_awaitable);
            pause.expires_after(what.pause);
            co_await pause.async_wait(use_awaitable);
        }
    }

    boost::asio::awaitable<void> perform(const step::flood& what) {
        for (;;)
            co_await boost::asio::async_write(stream_, boost::asio::buffer(what.bytes), use_awaitable);
    }

    boost::asio::awaitable<void> perform(step::pause what) {
        boost::asio::steady_timer pause(stage_.io, what.time);
        co_await pause.async_wait(use_awaitable);
    }

    boost::asio::awaitable<void> perform(step::close /*what*/) {
        if constexpr (is_tls) {
            // Act as if the client had sent its closing alert: ours is sent, and none is expected.
            error_code ec;
            SSL_set_shutdown(stream_.native_handle(), SSL_RECEIVED_SHUTDOWN);
            co_await stream_.async_shutdown(boost::asio::redirect_error(use_awaitable, ec));
        }
        co_await perform(step::cut{});
    }

    boost::asio::awaitable<void> perform(step::cut /*what*/) {
        error_code ec;
        socket().shutdown(tcp::socket::shutdown_both, ec);
        socket().close(ec);
        co_return;
    }

    boost::asio::awaitable<void> perform(step::reset /*what*/) {
        socket().set_option(boost::asio::socket_base::linger(true, 0));
        socket().close();
        co_return;
    }

    boost::asio::awaitable<void> perform(step::stall /*what*/) {
        std::array<char, 4096> scrap{};
        for (;;)
            co_await stream_.async_read_some(boost::asio::buffer(scrap), use_awaitable);
    }

    boost::asio::awaitable<void> perform(step::hold /*what*/) {
        error_code ec;
        while (!stage_.released)
            co_await stage_.held.async_wait(boost::asio::redirect_error(use_awaitable, ec));
    }

    boost::asio::awaitable<void> perform(step::repeat /*what*/) { co_return; }

    stage& stage_;
    Stream& stream_;
    std::string unread_;
};

} // namespace contego::test
