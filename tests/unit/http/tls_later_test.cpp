#include "client_fixture.hpp"
#include "support/certificates.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <thread>

namespace contego::http {
namespace {

/// A server made with OpenSSL alone. It reads a request and then asks for a certificate a given number of
/// times. It answers with 200 if it got a certificate each time, otherwise with 403.
class asking_server {
public:
    asking_server(test::certificate_authority& authority, int version, int times) : times_(times) {
        const auto identity = authority.issue({.name = "127.0.0.1"});
        SSL_CTX_use_certificate_chain_file(context_.get(), identity.certificate.c_str());
        SSL_CTX_use_PrivateKey_file(context_.get(), identity.key.c_str(), SSL_FILETYPE_PEM);
        SSL_CTX_load_verify_locations(context_.get(), authority.file().c_str(), nullptr);
        SSL_CTX_set_max_proto_version(context_.get(), version);
        // A resumed session has no certificate. Servers that ask after the handshake forbid it as well.
        SSL_CTX_set_options(context_.get(), SSL_OP_NO_SESSION_RESUMPTION_ON_RENEGOTIATION | SSL_OP_NO_TICKET);
        SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
        // Without this mode, a read also ends after a record that has no data.
        SSL_CTX_clear_mode(context_.get(), SSL_MODE_AUTO_RETRY);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        EXPECT_EQ(::bind(socket_, reinterpret_cast<sockaddr*>(&address), size), 0);
        EXPECT_EQ(::listen(socket_, 8), 0);
        EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }

    asking_server(const asking_server&) = delete;
    asking_server& operator=(const asking_server&) = delete;

    ~asking_server() {
        ::shutdown(socket_, SHUT_RDWR);
        thread_.join();
        ::close(socket_);
    }

    [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port_); }

    [[nodiscard]] int shown() const { return shown_; }

private:
    using connection_ptr = std::unique_ptr<SSL, decltype(&SSL_free)>;

    void serve() {
        for (int peer = 0; (peer = ::accept(socket_, nullptr, nullptr)) >= 0; ::close(peer)) {
            const connection_ptr ssl(SSL_new(context_.get()), &SSL_free);
            SSL_set_fd(ssl.get(), peer);
            // A client that neither presents a certificate nor leaves must not block the test forever.
            const timeval limit{.tv_sec = 20, .tv_usec = 0};
            ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
            if (SSL_accept(ssl.get()) == 1) converse(ssl.get());
        }
    }

    void converse(SSL* ssl) {
        std::array<char, 4096> request{};
        while (SSL_read(ssl, request.data(), request.size()) <= 0)
            if (SSL_get_error(ssl, -1) != SSL_ERROR_WANT_READ) return;
        bool good = true;
        for (int n = 0; n < times_ && good; ++n)
            good = ask(ssl);
        const auto text = test::answer(good ? 200 : 403, "<a/>");
        SSL_write(ssl, text.data(), static_cast<int>(text.size()));
        SSL_shutdown(ssl);
    }

    bool ask(SSL* ssl) {
        const std::unique_ptr<X509, decltype(&X509_free)> before(SSL_get1_peer_certificate(ssl), &X509_free);
        SSL_set_verify(ssl, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
        const bool is_1_3 = SSL_version(ssl) == TLS1_3_VERSION;
        const int begun = is_1_3 ? SSL_verify_client_post_handshake(ssl) : SSL_renegotiate(ssl);
        if (begun != 1 || SSL_do_handshake(ssl) != 1) return false;
        std::array<char, 1> byte{};
        while (SSL_get0_peer_certificate(ssl) == nullptr || SSL_get0_peer_certificate(ssl) == before.get() ||
               SSL_in_init(ssl) == 1) {
            const int got = SSL_read(ssl, byte.data(), byte.size());
            if (got > 0 || SSL_get_error(ssl, got) != SSL_ERROR_WANT_READ) return false;
        }
        ++shown_;
        return true;
    }

    int times_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{SSL_CTX_new(TLS_server_method()),
                                                               &SSL_CTX_free};
    int socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    std::uint16_t port_ = 0;
    std::atomic<int> shown_ = 0;
    std::thread thread_;
};

class tls_later : public testing::TestWithParam<int> {
protected:
    exchange send(const asking_server& s, bool with_certificate) {
        endpoint_options options{.url = s.url(), .tls = {.ca_file = authority.file()}};
        if (with_certificate) {
            const auto ours = authority.issue({.name = "client"});
            options.tls.certificate_file = ours.certificate;
            options.tls.key_file = ours.key;
        }
        return client_fixture(options).send();
    }

    test::certificate_authority authority;
};

TEST_P(tls_later, a_certificate_is_presented_if_the_server_asks_after_the_request) {
    const asking_server s(authority, GetParam(), 1);

    expect_answered(send(s, true), 200, "<a/>");

    EXPECT_EQ(s.shown(), 1);
}

TEST_P(tls_later, a_server_may_ask_more_than_once) {
    const asking_server s(authority, GetParam(), 2);

    expect_answered(send(s, true), 200, "<a/>");
}

TEST_P(tls_later, a_server_that_asks_again_and_again_is_refused) {
    const asking_server s(authority, GetParam(), 1000);

    const auto x = send(s, true);

    EXPECT_NE(x.http_status, 200);
    EXPECT_LE(s.shown(), 4);
    EXPECT_LT(x.duration, 10s);
}

TEST_P(tls_later, without_a_certificate_nothing_is_presented) {
    const asking_server s(authority, GetParam(), 1);

    const auto x = send(s, false);

    EXPECT_NE(x.http_status, 200);
    EXPECT_EQ(s.shown(), 0);
    EXPECT_LT(x.duration, 10s);
}

INSTANTIATE_TEST_SUITE_P(versions,
                         tls_later,
                         testing::Values(TLS1_2_VERSION, TLS1_3_VERSION),
                         [](const auto& p) { return p.param == TLS1_2_VERSION ? "tls_1_2" : "tls_1_3"; });

} // namespace
} // namespace contego::http
