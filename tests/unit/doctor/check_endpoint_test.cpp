#include "doctor/check_endpoint.hpp"
#include "findings.hpp"

#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

namespace contego::daemon {
namespace {

using enum severity;
using namespace std::chrono_literals;

constexpr auto today = std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::year(2030) / 1 / 1));

http::endpoint place(bool tls) {
    http::endpoint e;
    e.tls = tls;
    return e;
}

http::endpoint_trial failed(transport_error how, long distrust = X509_V_OK) {
    http::endpoint_trial p;
    p.error = how;
    p.detail = "what was said";
    p.distrust = distrust;
    return p;
}

TEST(doctor_endpoint, that_is_reached_is_good) {
    http::endpoint_trial encrypted;
    encrypted.protocol = "TLSv1.3";

    EXPECT_THAT(check_endpoint("x: ", place(false), {}), only(ok, "x: can be reached, without TLS"));
    EXPECT_THAT(check_endpoint("x: ", place(true), encrypted), only(ok, "by TLSv1.3, and is trusted"));
}

TEST(doctor_endpoint, that_shows_a_password_or_trusts_anybody_is_a_warning) {
    auto open = place(false);
    open.options.user = "contego";
    auto trusting = place(true);
    trusting.options.tls.verify = false;

    EXPECT_THAT(check_endpoint("x: ", open, {}), only(warning, "unencrypted", "https"));
    EXPECT_THAT(check_endpoint("x: ", trusting, {}), only(warning, "any server", "tls.verify"));
}

TEST(doctor_endpoint, that_is_not_reached_is_an_error_with_a_hint_by_its_reason) {
    const auto judged = [](transport_error how, long distrust = X509_V_OK) {
        return check_endpoint("x: ", place(true), failed(how, distrust));
    };

    EXPECT_THAT(judged(transport_error::resolve), only(error, "(resolve): what was said", "DNS"));
    EXPECT_THAT(judged(transport_error::connect), only(error, "(connect)", "firewall"));
    EXPECT_THAT(judged(transport_error::closed), only(error, "(closed)", "https"));
    EXPECT_THAT(judged(transport_error::tls), only(error, "(tls)", "client certificate"));
    EXPECT_THAT(judged(transport_error::tls, X509_V_ERR_CERT_HAS_EXPIRED), only(error, "(tls)", "renew"));
    EXPECT_THAT(judged(transport_error::tls, X509_V_ERR_CERT_NOT_YET_VALID), only(error, "(tls)", "date"));
    EXPECT_THAT(judged(transport_error::tls, X509_V_ERR_HOSTNAME_MISMATCH),
                only(error, "(tls)", "tls.server_name"));
    EXPECT_THAT(judged(transport_error::tls, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY),
                only(error, "(tls)", "tls.ca_file"));
}

TEST(doctor_expiry, is_judged_by_the_days_that_are_left) {
    const auto judged = [](std::chrono::seconds left) {
        return check_expiry("x: ", {{"CN=cas", today + left}}, today, "renew it");
    };

    EXPECT_THAT(judged(30 * 24h), only(ok, "x: CN=cas expires in 30 days"));
    EXPECT_THAT(judged(30 * 24h - 1s), only(warning, "expires in 29 days", "renew it"));
    EXPECT_THAT(judged(7 * 24h), only(warning, "expires in 7 days", "renew it"));
    EXPECT_THAT(judged(7 * 24h - 1s), only(error, "expires in 6 days", "renew it"));
    EXPECT_THAT(judged(-2h), only(error, "expired 2 h ago", "renew it"));
}

TEST(doctor_expiry, is_that_of_the_first_to_end_in_the_chain) {
    EXPECT_THAT(
        check_expiry("", {{"CN=cas", today + 9'000h}, {"CN=authority", today + 1h}}, today, "renew it"),
        only(error, "CN=authority expires in 60 min"));
}

TEST(doctor_expiry, of_what_was_not_seen_is_not_known) {
    EXPECT_THAT(check_expiry("x: ", {}, today, "renew it"), only(warning, "not checked: x: no certificate"));
}

} // namespace
} // namespace contego::daemon
