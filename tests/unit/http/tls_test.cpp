#include "client_fixture.hpp"
#include "http/connection.hpp"
#include "support/certificates.hpp"

#include <boost/asio/co_spawn.hpp>
#include <gmock/gmock.h>
#include <openssl/ssl.h>

#include <filesystem>

namespace contego::http {
namespace {

using std::chrono::steady_clock;
using test::answer;
using test::certificate_authority;
using test::read_request;
using test::scripted_server;
using test::server_record;
using test::server_tls;
using test::write;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

const auto good = answer(200, "<a/>");

/// An authority, a server certificate for `localhost`, and a client that trusts this authority.
class tls : public testing::Test {
protected:
    exchange send(const scripted_server& s) {
        options.url = s.url();
        return client_fixture(options).send();
    }

    scripted_server serve(test::script steps = test::always(good)) {
        return scripted_server({std::move(steps), test::always(good)}, server);
    }

    void show(const test::certificate_files& ours) {
        options.tls.certificate_file = ours.certificate;
        options.tls.key_file = ours.key;
    }

    certificate_authority authority;
    certificate_authority stranger{"another authority"};
    server_tls server{authority.issue()};
    endpoint_options options{.idle_timeout = 10min, .tls = {.ca_file = authority.file()}};
};

void expect_refused(const exchange& x, const std::string& reason) {
    expect_failed(x, exchange_state::not_sent, transport_error::tls);
    EXPECT_THAT(x.detail, HasSubstr(reason));
}

TEST_F(tls, a_server_with_a_valid_certificate_is_accepted) {
    const auto s = serve();

    expect_answered(send(s), 200, "<a/>");

    EXPECT_THAT(s.record().server_names, ElementsAre("localhost"));
}

TEST_F(tls, a_connection_is_used_again) {
    const auto s = serve();
    options.url = s.url();
    client_fixture f(options);

    for (int n = 0; n < 3; ++n)
        expect_answered(f.send(), 200, "<a/>");

    EXPECT_EQ(s.record().connections, 1U);
}

TEST_F(tls, a_server_of_another_authority_is_refused) {
    options.tls.ca_file = stranger.file();

    expect_refused(send(serve()), ": unable to get local issuer certificate");
}

TEST_F(tls, the_authorities_of_the_system_do_not_know_a_private_one) {
    options.tls.ca_file.clear();

    expect_refused(send(serve()), "certificate verify failed");
}

TEST_F(tls, a_server_of_another_name_is_refused) {
    server.identity = authority.issue({.name = "elsewhere.example"});

    expect_refused(send(serve()), "hostname mismatch");
}

TEST_F(tls, a_certificate_with_only_a_common_name_is_refused_unless_accept_common_name) {
    server.identity = authority.issue({.name = "localhost", .only_common_name = true});

    expect_refused(send(serve()), "hostname mismatch");
    options.tls.accept_common_name = true;
    expect_answered(send(serve()), 200, "<a/>");
}

TEST_F(tls, the_common_name_of_another_host_is_never_accepted) {
    server.identity = authority.issue({.name = "elsewhere.example", .only_common_name = true});
    options.tls.accept_common_name = true;

    expect_refused(send(serve()), "hostname mismatch");
}

TEST_F(tls, the_dot_at_the_end_of_a_full_name_is_neither_sent_nor_expected) {
    const auto s = serve();
    options.url = "https://localhost.:" + std::to_string(s.port());
    const auto where = std::get<endpoint>(check(options));
    boost::asio::io_context io(1);
    connection c(io.get_executor(), make_context(options.tls), {});
    std::optional<failure> failed;

    // This avoids the resolver, which may not know such a name on this machine.
    boost::asio::co_spawn(
        io,
        c.open({boost::asio::ip::address_v4::loopback(), s.port()}, where, steady_clock::now() + 30s),
        [&](const std::exception_ptr& /*none*/, std::optional<failure> f) { failed = std::move(f); });
    io.run();

    EXPECT_FALSE(failed) << failed->detail;
    ASSERT_TRUE(s.wait_until([](const server_record& r) { return !r.server_names.empty(); }));
    EXPECT_THAT(s.record().server_names, ElementsAre("localhost"));
}

TEST_F(tls, a_server_name_may_end_with_a_dot_too) {
    server.identity = authority.issue({.name = "cas.example"});
    options.tls.server_name = "cas.example.";
    const auto s = serve();

    expect_answered(send(s), 200, "<a/>");

    EXPECT_THAT(s.record().server_names, ElementsAre("cas.example"));
}

TEST_F(tls, an_expired_certificate_is_refused) {
    server.identity = authority.issue({.valid_until = std::chrono::hours{-1}});

    expect_refused(send(serve()), "certificate has expired");
}

TEST_F(tls, nothing_is_verified_only_if_verify_is_off) {
    options.tls = {.verify = false};
    server.identity = stranger.issue({.name = "elsewhere.example"});

    expect_answered(send(serve()), 200, "<a/>");
}

TEST_F(tls, another_server_name_is_sent_and_verified) {
    server.identity = authority.issue({.name = "cas.example"});
    options.tls.server_name = "cas.example";
    const auto s = serve();

    expect_answered(send(s), 200, "<a/>");

    EXPECT_THAT(s.record().server_names, ElementsAre("cas.example"));
}

TEST_F(tls, an_address_is_verified_as_an_address_and_not_sent_as_a_name) {
    server.identity = authority.issue({.name = "127.0.0.1"});
    const auto s = serve();
    options.url = "https://127.0.0.1:" + std::to_string(s.port());

    expect_answered(client_fixture(options).send(), 200, "<a/>");

    EXPECT_THAT(s.record().server_names, ElementsAre(""));
}

TEST_F(tls, a_server_that_demands_a_certificate_gets_ours) {
    server.client_authority = authority.file();
    show(authority.issue({.name = "client"}));

    expect_answered(send(serve()), 200, "<a/>");
}

TEST_F(tls, with_tls_1_2_a_missing_certificate_is_not_sent) {
    server.client_authority = authority.file();
    server.highest_version = TLS1_2_VERSION;

    expect_refused(send(serve()), "alert handshake failure");
}

TEST_F(tls, with_tls_1_3_a_missing_certificate_is_noticed_only_after_sending) {
    server.client_authority = authority.file();

    const auto x = send(serve());

    expect_failed(x, exchange_state::sent_no_answer, transport_error::tls);
    EXPECT_THAT(x.detail, HasSubstr("certificate required"));
}

TEST_F(tls, a_server_below_the_minimum_version_is_refused) {
    server.highest_version = TLS1_2_VERSION;
    options.tls.minimum_version = tls_version::tls_1_3;

    expect_refused(send(serve()), "TLS handshake");
}

TEST_F(tls, version_1_2_is_enough_by_default) {
    server.highest_version = TLS1_2_VERSION;

    expect_answered(send(serve()), 200, "<a/>");
}

TEST_F(tls, version_1_1_is_not) {
    server.highest_version = TLS1_1_VERSION;

    expect_refused(send(serve()), "TLS handshake");
}

TEST_F(tls, an_idle_connection_with_a_closing_alert_is_not_used) {
    const auto s = serve({read_request(), write(good), test::close()});
    options.url = s.url();
    client_fixture f(options);

    expect_answered(f.send(), 200, "<a/>");
    ASSERT_TRUE(s.wait_until([](const server_record& r) { return r.ended == 1; }));
    expect_answered(f.send(), 200, "<a/>");

    EXPECT_THAT(s.record().requests, SizeIs(2));
    EXPECT_EQ(s.record().connections, 2U);
}

TEST_F(tls, an_answer_up_to_the_end_is_complete_only_with_a_closing_alert) {
    const auto head = std::string("HTTP/1.1 200 OK\r\n\r\n<a/>");

    expect_answered(send(serve({read_request(), write(head), test::close()})), 200, "<a/>");
    expect_failed(send(serve({read_request(), write(head), test::cut()})),
                  exchange_state::sent_no_answer,
                  transport_error::closed);
}

TEST_F(tls, a_timeout_while_waiting_for_the_answer_is_sent_no_answer) {
    const auto s = serve({read_request(), test::stall()});
    options.url = s.url();

    expect_failed(
        client_fixture(options).send_in_vain(), exchange_state::sent_no_answer, transport_error::timeout);
}

/// Replaces one pair of files by another, with a modification time that differs from the former one on any
/// file system.
void replace(const test::certificate_files& old,
             const test::certificate_files& by,
             std::chrono::seconds later) {
    const auto then = std::filesystem::last_write_time(old.certificate) + later;
    std::filesystem::copy_file(
        by.certificate, old.certificate, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::copy_file(by.key, old.key, std::filesystem::copy_options::overwrite_existing);
    std::filesystem::last_write_time(old.certificate, then);
    std::filesystem::last_write_time(old.key, then);
}

TEST_F(tls, a_new_connection_uses_the_present_files) {
    server.client_authority = authority.file();
    const auto ours = stranger.issue();
    show(ours);
    const auto s = serve();
    options.url = s.url();
    client_fixture f(options);
    expect_failed(f.send(), exchange_state::sent_no_answer, transport_error::tls);

    replace(ours, authority.issue(), 10s);

    expect_answered(f.send(), 200, "<a/>");
}

TEST_F(tls, mismatched_files_leave_the_former_ones_in_use_and_are_reported) {
    server.client_authority = authority.file();
    const auto ours = authority.issue();
    const auto others = authority.issue();
    show(ours);
    const auto s = serve({read_request(), write(good), test::close()});
    options.url = s.url();
    client_fixture f(options);
    expect_answered(f.send(), 200, "<a/>");
    ASSERT_EQ(f.client->tls_problem(), "");
    ASSERT_TRUE(s.wait_until([](const server_record& r) { return r.ended == 1; }));

    replace(ours, {others.certificate, ours.certificate}, 10s);

    expect_answered(f.send(), 200, "<a/>");
    EXPECT_THAT(f.client->tls_problem(), HasSubstr("key_file"));
}

} // namespace
} // namespace contego::http
