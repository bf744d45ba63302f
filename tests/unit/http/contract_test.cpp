#include "http/endpoint_client.hpp"
#include "support/contract_transport.hpp"
#include "support/scripted_server.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <optional>
#include <variant>

namespace contego::testing {
namespace {

std::string url_where_nobody_listens() {
    boost::asio::io_context io;
    boost::asio::ip::tcp::acceptor gone(io, {boost::asio::ip::address_v4::loopback(), 0});
    return "http://127.0.0.1:" + std::to_string(gone.local_endpoint().port());
}

/// The HTTP client with a real socket.
class client_on_a_socket final : public transport_player {
public:
    explicit client_on_a_socket(far_end what) {
        if (what == far_end::answers)
            server_.emplace(std::vector<test::script>{test::always(test::answer(200, "<answer/>"))});
        if (what == far_end::silent)
            server_.emplace(std::vector<test::script>{{test::read_request(), test::stall()}});
        const http::endpoint_options options{.url = server_ ? server_->url() : url_where_nobody_listens(),
                                             .idle_timeout = std::chrono::minutes(10)};
        client_ = http::make_endpoint_client(network.get_executor(),
                                             std::get<http::endpoint>(http::check(options)));
    }

    transport& endpoint() override { return *client_; }

private:
    std::optional<test::scripted_server> server_;
    std::unique_ptr<http::endpoint_client> client_;
};

INSTANTIATE_TEST_SUITE_P(real,
                         transport_contract,
                         ::testing::Values(transport_factory{
                             "http",
                             [](far_end what) { return std::make_unique<client_on_a_socket>(what); }}),
                         [](const auto& f) { return std::string(f.param.name); });

} // namespace
} // namespace contego::testing
