#include "http/endpoint.hpp"
#include "support/certificates.hpp"

#include <gmock/gmock.h>

#include <string>
#include <variant>
#include <vector>

namespace contego::http {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> mistakes(endpoint_options options) {
    const auto checked = check(std::move(options));
    const auto* all = std::get_if<std::vector<std::string>>(&checked);
    return all == nullptr ? std::vector<std::string>{} : *all;
}

endpoint sound(const std::string& url) {
    // Reading the certificate authorities of the system takes time, so verification is off.
    return std::get<endpoint>(check({.url = url, .tls = {.verify = false}}));
}

TEST(endpoint, a_url_is_taken_apart) {
    const auto e = sound("http://cas.example:8080/ca-server/");

    EXPECT_FALSE(e.tls);
    EXPECT_EQ(e.host, "cas.example");
    EXPECT_EQ(e.port, "8080");
    EXPECT_EQ(e.base, "/ca-server");
}

TEST(endpoint, the_port_is_that_of_the_scheme_if_none_is_given) {
    EXPECT_EQ(sound("http://cas.example").port, "80");
    EXPECT_EQ(sound("https://cas.example").port, "443");
    EXPECT_EQ(sound("https://cas.example").base, "");
}

TEST(endpoint, a_full_name_may_end_with_a_dot) {
    EXPECT_EQ(sound("https://cas.example.").host, "cas.example.");
    EXPECT_EQ(sound("https://cas.example.:8443/").port, "8443");
}

TEST(endpoint, an_ipv6_address_stands_in_brackets) {
    const auto e = sound("https://[::1]:8443/base");

    EXPECT_EQ(e.host, "::1");
    EXPECT_EQ(e.port, "8443");
}

TEST(endpoint, a_url_of_another_form_is_refused) {
    for (const auto* url : {"",
                            "cas.example",
                            "ftp://cas.example",
                            "http://",
                            "http://:80",
                            "http://.",
                            "http://./base",
                            "http://cas.example..",
                            "http://cas.example:0",
                            "http://cas.example:65536",
                            "http://cas.example:",
                            "http://cas.example:80x",
                            "http://user:secret@cas.example",
                            "http://cas.example/base?query",
                            "http://cas.example/base#part",
                            "http://cas.example/a b",
                            "http://cas example",
                            "http://::1/",
                            "http://[::1",
                            "http://[cas]/",
                            "http://[::1]x"}) {
        EXPECT_THAT(mistakes({.url = url}), ElementsAre(HasSubstr("url: must be"))) << url;
    }
}

TEST(endpoint, a_refused_url_is_not_shown_since_it_may_hold_a_password) {
    EXPECT_THAT(mistakes({.url = "http://user:secret@cas.example"}).at(0), testing::Not(HasSubstr("secret")));
}

TEST(endpoint, every_mistake_is_reported_at_once) {
    endpoint_options o{.url = "http://cas.example"};
    o.connections = 0;
    o.idle_timeout = std::chrono::hours(2);
    o.max_age = std::chrono::milliseconds(1);
    o.connect_timeout = std::chrono::milliseconds(0);
    o.header_limit = 1;
    o.body_limit = 1;
    o.user = "a:b";
    o.password = "line\n";

    EXPECT_THAT(mistakes(o),
                ElementsAre("connections: must be 1 to 1000 (was 0)",
                            "idle_timeout: must be 0 to 3600000 ms (was 7200000)",
                            "max_age: must be 1000 to 86400000 ms (was 1)",
                            "connect_timeout: must be 1 to 600000 ms (was 0)",
                            "header_limit: must be 1024 to 1048576 bytes (was 1)",
                            "body_limit: must be 1024 to 1073741824 bytes (was 1)",
                            "user: must not contain a colon",
                            "password: must not contain control characters"));
}

TEST(endpoint, a_password_needs_a_user) {
    EXPECT_THAT(mistakes({.url = "http://cas.example", .password = "secret"}),
                ElementsAre("user: must be set if a password is set"));
}

TEST(endpoint, tls_options_need_https) {
    endpoint_options o{.url = "http://cas.example"};
    o.tls.ca_file = "authority.pem";

    EXPECT_THAT(mistakes(o), ElementsAre("tls: needs an https URL"));
}

TEST(endpoint, a_certificate_needs_its_key) {
    test::certificate_authority authority;
    endpoint_options o{.url = "https://cas.example"};
    o.tls.certificate_file = authority.issue().certificate;

    EXPECT_THAT(mistakes(o), ElementsAre("tls: certificate_file and key_file must be set together"));
}

TEST(endpoint, a_missing_tls_file_is_named) {
    endpoint_options o{.url = "https://cas.example"};
    o.tls.ca_file = "does-not-exist.pem";

    EXPECT_THAT(mistakes(o), ElementsAre(HasSubstr("ca_file does-not-exist.pem")));
}

TEST(endpoint, a_key_of_another_certificate_is_refused) {
    test::certificate_authority authority;
    endpoint_options o{.url = "https://cas.example"};
    o.tls.certificate_file = authority.issue().certificate;
    o.tls.key_file = authority.issue().key;

    EXPECT_THAT(mistakes(o), ElementsAre(HasSubstr("key_file")));
}

TEST(endpoint, matching_tls_files_are_accepted) {
    test::certificate_authority authority;
    const auto ours = authority.issue();
    endpoint_options o{.url = "https://cas.example"};
    o.tls = {.ca_file = authority.file(), .certificate_file = ours.certificate, .key_file = ours.key};

    EXPECT_THAT(mistakes(o), IsEmpty());
}

} // namespace
} // namespace contego::http
