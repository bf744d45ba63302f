#pragma once

#include "calls.hpp"
#include "simulator/server.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace contego::simulator::tests {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

/// The response to a client's request.
struct got {
    unsigned status = 0; ///< 0: the connection ended without an answer
    std::string body;
    bool keep_alive = false;
};

inline server_settings on_threads(unsigned threads) {
    server_settings s;
    s.threads = threads;
    return s;
}

/// A simulator on a free port. It runs until it goes out of scope.
class running_server {
public:
    explicit running_server(const server_settings& settings = {}, const service_settings& service = {})
        : service_(service, cas(population(), 1), journal(), documents(), fault_rules()),
          context_(static_cast<int>(settings.threads)),
          server_(context_, settings, service_) {
        for (unsigned n = 0; n < settings.threads; ++n)
            threads_.emplace_back([this] { context_.run(); });
    }

    ~running_server() { context_.stop(); }

    running_server(const running_server&) = delete;
    running_server& operator=(const running_server&) = delete;

    [[nodiscard]] std::string address() const { return server_.address(); }

    [[nodiscard]] unsigned short port() const {
        return static_cast<unsigned short>(std::stoul(address().substr(address().rfind(':') + 1)));
    }

private:
    service service_;
    asio::io_context context_;
    server server_;
    std::vector<std::jthread> threads_;
};

inline http_request message_of(http::verb verb, const std::string& target, const std::string& body = {}) {
    http_request r(verb, target, 11);
    r.set(http::field::host, "localhost");
    r.set(http::field::content_type, "text/xml; charset=utf-8");
    r.body() = body;
    r.prepare_payload();
    return r;
}

/// Reads the next answer from a stream.
template <class Stream>
got read_answer(Stream& stream, boost::beast::flat_buffer& buffer) {
    http::response<http::string_body> r;
    boost::system::error_code failed;
    http::read(stream, buffer, r, failed);
    if (failed) return {};
    return {.status = r.result_int(), .body = r.body(), .keep_alive = r.keep_alive()};
}

/// One connection of a client. Every call blocks.
class plain_client {
public:
    explicit plain_client(unsigned short port) : socket_(context_) {
        socket_.connect({asio::ip::address_v4::loopback(), port});
    }

    void send(const http_request& r) { http::write(socket_, r); }

    void send(const std::string& bytes) { asio::write(socket_, asio::buffer(bytes)); }

    /// Closes the sending side.
    void finish() { socket_.shutdown(tcp::socket::shutdown_send); }

    got receive() { return read_answer(socket_, buffer_); }

    got ask(const http_request& r) {
        send(r);
        return receive();
    }

    /// Returns all bytes until the connection ends, and sets `ending` to how it ends.
    std::string rest(boost::system::error_code& ending) {
        std::string bytes;
        asio::read(socket_, asio::dynamic_buffer(bytes), ending);
        return bytes;
    }

private:
    asio::io_context context_;
    tcp::socket socket_;
    boost::beast::flat_buffer buffer_;
};

} // namespace contego::simulator::tests
