#pragma once

#include "simulator/service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <string>

namespace contego::simulator {

struct server_settings {
    std::string address = "127.0.0.1";         ///< an IP address
    unsigned short port = 0;                   ///< 0: any that is free
    std::string certificate_file;              ///< PEM chain; empty: no TLS
    std::string key_file;                      ///< PEM
    std::string client_ca_file;                ///< PEM; with it, a client must show a certificate of that CA
    bool stub = false;                         ///< answer every POST with OK, unseen
    std::chrono::milliseconds stub_latency{0}; ///< before each answer of the stub
    unsigned threads = 1;                      ///< that will run the context
};

/// Serves a service over HTTP/1.1, on the threads that run the io_context. The connections end when it stops.
class server {
public:
    /// Listens from here on, and is served while the context runs. Throws boost::system::system_error when
    /// the address, the port or a file of TLS is not to be had. `context` and `s` outlive all of it.
    server(boost::asio::io_context& context, const server_settings& settings, service& s);

    /// Where it listens: `http://127.0.0.1:43211`.
    [[nodiscard]] std::string address() const { return address_; }

private:
    std::string address_;
};

} // namespace contego::simulator
