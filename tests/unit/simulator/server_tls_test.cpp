#include "server_fixture.hpp"
#include "support/certificates.hpp"

#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <gmock/gmock.h>

namespace contego::simulator::tests {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class server_tls_test : public testing::Test {
protected:
    server_settings settings(bool with_client_ca = false) {
        const auto files = authority_.issue();
        server_settings s;
        s.certificate_file = files.certificate;
        s.key_file = files.key;
        if (with_client_ca) s.client_ca_file = authority_.file();
        return s;
    }

    asio::ssl::context trusting() {
        asio::ssl::context tls(asio::ssl::context::tls_client);
        tls.load_verify_file(authority_.file());
        tls.set_verify_mode(asio::ssl::verify_peer);
        return tls;
    }

    /// Returns the answer to a GET over a new connection.
    static got
    ask(const running_server& server, asio::ssl::context& tls, const std::string& authorization = {}) {
        asio::io_context context;
        asio::ssl::stream<tcp::socket> stream(context, tls);
        stream.next_layer().connect({asio::ip::address_v4::loopback(), server.port()});
        stream.set_verify_callback(asio::ssl::host_name_verification("localhost"));
        boost::system::error_code failed;
        stream.handshake(asio::ssl::stream_base::client, failed);
        if (failed) return {};
        auto request = message_of(http::verb::get, authorization_path + std::string("?wsdl"));
        if (!authorization.empty()) request.set(http::field::authorization, authorization);
        http::write(stream, request, failed);
        boost::beast::flat_buffer buffer;
        return failed ? got() : read_answer(stream, buffer);
    }

    test::certificate_authority authority_;
};

TEST_F(server_tls_test, a_client_that_trusts_the_authority_is_answered) {
    service_settings service;
    service.scheme = "https";
    const running_server server(settings(), service);
    auto tls = trusting();

    const auto r = ask(server, tls);

    EXPECT_THAT(server.address(), StartsWith("https://"));
    EXPECT_THAT(r.body, HasSubstr("location=\"https://localhost/"));
}

TEST_F(server_tls_test, basic_authentication_works_with_tls) {
    service_settings service;
    service.user = "crm";
    service.password = "secret";
    const running_server server(settings(), service);
    auto tls = trusting();

    EXPECT_EQ(ask(server, tls).status, 401U);
    EXPECT_EQ(ask(server, tls, "Basic Y3JtOnNlY3JldA==").status, 200U);
}

TEST_F(server_tls_test, a_client_without_the_required_certificate_is_refused) {
    const running_server server(settings(true));
    auto tls = trusting();

    EXPECT_EQ(ask(server, tls).status, 0U);
}

TEST_F(server_tls_test, a_client_with_a_certificate_of_the_authority_is_accepted) {
    const running_server server(settings(true));
    auto tls = trusting();
    const auto own = authority_.issue({.name = "crm"});
    tls.use_certificate_chain_file(own.certificate);
    tls.use_private_key_file(own.key, asio::ssl::context::pem);

    EXPECT_EQ(ask(server, tls).status, 200U);
}

TEST_F(server_tls_test, tls_older_than_1_2_is_refused) {
    const running_server server(settings());
    auto tls = trusting();
    SSL_CTX_set_security_level(tls.native_handle(), 0);
    SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls.native_handle(), TLS1_1_VERSION);

    EXPECT_EQ(ask(server, tls).status, 0U);
}

TEST_F(server_tls_test, plain_text_on_a_tls_port_gets_no_answer) {
    const running_server server(settings());
    plain_client client(server.port());

    EXPECT_EQ(client.ask(message_of(http::verb::get, "/sim/state")).status, 0U);
}

TEST_F(server_tls_test, a_certificate_that_cannot_be_read_is_refused) {
    auto s = settings();
    s.certificate_file = "/nowhere/at/all";

    EXPECT_THROW(running_server{s}, boost::system::system_error);
}

} // namespace
} // namespace contego::simulator::tests
