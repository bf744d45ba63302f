#pragma once

#include "simulator/service.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <string>

namespace contego::simulator {

struct server_settings {
    std::string address = "127.0.0.1"; ///< an IP address
    unsigned short port = 0;           ///< 0: any free port
    std::string certificate_file;      ///< PEM file with the chain; empty: no TLS
    std::string key_file;              ///< PEM file
    std::string client_ca_file;        ///< PEM file; if set, a client must present a certificate of this CA
    bool stub = false;                 ///< answer every POST with OK, without reading it
    std::chrono::milliseconds stub_latency{0}; ///< before each answer of the stub
    unsigned threads = 1;                      ///< threads that will run the io_context
};

/// Serves a service over HTTP/1.1, on the threads that run the io_context. The connections end when it stops.
class server {
public:
    /// Listens from construction on, and serves while the context runs. Throws boost::system::system_error if
    /// the address, the port or a TLS file cannot be used. `context` and `s` must outlive all connections.
    server(boost::asio::io_context& context, const server_settings& settings, service& s);

    /// Returns the listening address, for example `http://127.0.0.1:43211`.
    [[nodiscard]] std::string address() const { return address_; }

private:
    std::string address_;
};

} // namespace contego::simulator
