#include "client_fixture.hpp"
#include "http/try_endpoint.hpp"
#include "support/certificates.hpp"

#include <gmock/gmock.h>
#include <openssl/x509_vfy.h>

namespace contego::http {
namespace {

using test::certificate_authority;
using test::scripted_server;
using test::server_record;
using test::server_tls;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// A server that waits for a request that never comes.
class a_trial : public testing::Test {
protected:
    endpoint_trial look(const scripted_server& s) {
        options.url = s.url();
        return look();
    }

    endpoint_trial look() { return try_endpoint(std::get<endpoint>(check(options)), 20s); }

    scripted_server serve(std::optional<server_tls> with) const {
        return scripted_server({{test::read_request()}}, std::move(with));
    }

    static std::chrono::sys_seconds now() {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }

    certificate_authority authority;
    certificate_authority stranger{"another authority"};
    endpoint_options options{.tls = {.ca_file = authority.file()}};
};

TEST_F(a_trial, of_a_server_that_listens_finds_nothing_and_sends_nothing) {
    options.tls = {};
    const auto s = serve(std::nullopt);

    const auto seen = look(s);

    EXPECT_EQ(seen.error, transport_error::none) << seen.detail;
    EXPECT_THAT(seen.chain, IsEmpty());
    EXPECT_THAT(s.record().requests, IsEmpty());
}

TEST_F(a_trial, of_a_closed_port_says_so) {
    options.tls = {};
    {
        const auto s = serve(std::nullopt);
        options.url = s.url();
    }

    EXPECT_EQ(look().error, transport_error::connect);
}

TEST_F(a_trial, shows_the_certificate_of_a_server_that_is_trusted) {
    const auto seen = look(serve(server_tls{authority.issue({.valid_until = std::chrono::hours(240)})}));

    EXPECT_EQ(seen.error, transport_error::none) << seen.detail;
    EXPECT_EQ(seen.protocol, "TLSv1.3");
    ASSERT_THAT(seen.chain, SizeIs(1));
    EXPECT_THAT(seen.chain[0].subject, HasSubstr("CN="));
    EXPECT_LT(std::chrono::abs(seen.chain[0].expires - (now() + std::chrono::hours(240))), 1h);
}

TEST_F(a_trial, shows_the_certificate_of_a_server_that_is_not_trusted_too_and_why) {
    const auto expired = look(serve(server_tls{authority.issue({.valid_until = std::chrono::hours(-1)})}));
    const auto misnamed = look(serve(server_tls{authority.issue({.name = "elsewhere.example"})}));
    const auto unknown = look(serve(server_tls{stranger.issue()}));

    EXPECT_EQ(expired.error, transport_error::tls);
    EXPECT_EQ(expired.distrust, X509_V_ERR_CERT_HAS_EXPIRED) << expired.detail;
    ASSERT_THAT(expired.chain, SizeIs(1));
    EXPECT_LT(expired.chain[0].expires, now());
    EXPECT_EQ(misnamed.distrust, X509_V_ERR_HOSTNAME_MISMATCH) << misnamed.detail;
    EXPECT_THAT(misnamed.chain, SizeIs(1));
    EXPECT_EQ(unknown.distrust, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY) << unknown.detail;
    EXPECT_THAT(unknown.chain, SizeIs(1));
}

TEST_F(a_trial, reports_that_a_server_rejects_our_certificate) {
    server_tls demanding{authority.issue()};
    demanding.client_authority = authority.file();

    const auto without = look(serve(demanding));
    const auto ours = authority.issue({.name = "client"});
    options.tls.certificate_file = ours.certificate;
    options.tls.key_file = ours.key;
    const auto with = look(serve(demanding));

    EXPECT_EQ(without.error, transport_error::tls);
    EXPECT_THAT(without.detail, HasSubstr("certificate required"));
    EXPECT_EQ(without.distrust, X509_V_OK);
    EXPECT_EQ(with.error, transport_error::none) << with.detail;
}

TEST_F(a_trial, of_a_server_that_never_shakes_hands_ends_in_time) {
    options.connect_timeout = 100ms;
    options.tls.ca_file = authority.file();
    const auto s = scripted_server({{test::stall()}});
    options.url = "https://localhost:" + std::to_string(s.port());

    EXPECT_EQ(look().error, transport_error::connect);
}

TEST_F(a_trial, reads_every_certificate_of_a_file) {
    const auto ours = authority.issue({.valid_until = std::chrono::hours(48)});

    ASSERT_THAT(facts_of_file(ours.certificate), SizeIs(1));
    EXPECT_LT(std::chrono::abs(facts_of_file(ours.certificate)[0].expires - (now() + 48h)), 1h);
    EXPECT_THROW(static_cast<void>(facts_of_file(ours.key)), std::runtime_error);
    EXPECT_THROW(static_cast<void>(facts_of_file("/nowhere")), std::runtime_error);
}

} // namespace
} // namespace contego::http
