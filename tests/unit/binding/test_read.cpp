#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::replaced;
using samples::soap_1_1;
using samples::soap_1_2;
using samples::status_answer;

constexpr auto safe = command_type::add_subscriptions;

reply read(const exchange& e, command_type type = safe) {
    return compiled(binding_text()).interpret(samples::bare(type), {1}, e).answer;
}

TEST(read, a_known_success_is_a_success) {
    const auto r = read(status_answer("OK"));

    EXPECT_EQ(r.outcome, outcome::success);
    EXPECT_EQ(r.status_code, "OK");
    EXPECT_EQ(r.message, "said so");
    EXPECT_EQ(r.reference_number, "38a4254b");
    EXPECT_EQ(r.error_code, "");
    EXPECT_EQ(r.error_description, "");
    EXPECT_TRUE(r.result.is_null());
}

TEST(read, a_known_refusal_is_rejected_with_the_message_of_the_cas) {
    const auto r = read(status_answer("NO_SUCH_CARD"));

    EXPECT_EQ(r.outcome, outcome::rejected);
    EXPECT_EQ(r.status_code, "NO_SUCH_CARD");
    EXPECT_EQ(r.error_code, "NO_SUCH_CARD");
    EXPECT_EQ(r.error_description, "said so");
}

TEST(read, a_transient_status_is_tried_again) {
    EXPECT_EQ(read(status_answer("BUSY")).outcome, outcome::retry);
}

TEST(read, an_unknown_status_is_held_and_says_so) {
    const auto r = read(status_answer("NEW_IN_8_0"));

    EXPECT_EQ(r.outcome, outcome::hold);
    EXPECT_EQ(r.status_code, "NEW_IN_8_0");
    EXPECT_EQ(r.error_code, "NEW_IN_8_0");
    EXPECT_EQ(r.error_description, "the binding does not know the status NEW_IN_8_0: said so");
}

TEST(read, a_status_is_compared_whole_and_in_its_case) {
    EXPECT_EQ(read(status_answer("ok")).outcome, outcome::hold);
    EXPECT_EQ(read(status_answer("OK!")).outcome, outcome::hold);
    EXPECT_EQ(read(status_answer("\n OK\t")).outcome, outcome::success);
}

TEST(read, an_answer_without_a_status_is_unreadable) {
    for (const auto* body : {"<r:Answer xmlns:r=\"urn:test:cas\"/>", "", "<Status/>", "<Status> </Status>"}) {
        const auto r = read(answered(soap_1_1(body)));

        EXPECT_EQ(r.outcome, outcome::hold) << body;
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER") << body;
    }
}

TEST(read, a_command_may_have_its_own_row_for_a_status) {
    const auto text = replaced(binding_text(), "</reply>", R"(<status code="BUSY" is="success"/></reply>)");
    const auto b = compiled(text);

    EXPECT_EQ(b.interpret(samples::bare(command_type::add_subscriptions), {1}, status_answer("BUSY"))
                  .answer.outcome,
              outcome::success);
    EXPECT_EQ(b.interpret(samples::bare(command_type::cancel_subscriptions), {1}, status_answer("BUSY"))
                  .answer.outcome,
              outcome::retry);
    EXPECT_EQ(
        b.interpret(samples::bare(command_type::add_subscriptions), {1}, status_answer("OK")).answer.outcome,
        outcome::success);
}

TEST(read, takes_either_soap_version_and_any_prefix) {
    constexpr std::string_view body = "<x:A xmlns:x=\"urn:any\"><x:Status>OK</x:Status></x:A>";

    EXPECT_EQ(read(answered(soap_1_1(body))).outcome, outcome::success);
    EXPECT_EQ(read(answered(soap_1_2(body))).outcome, outcome::success);
    EXPECT_EQ(read(answered("<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body>"
                            "<Status xmlns=\"\">OK</Status></Body></Envelope>"))
                  .outcome,
              outcome::success);
}

TEST(read, an_envelope_decides_and_not_the_http_status) {
    EXPECT_EQ(read(status_answer("OK", "", 500)).outcome, outcome::success);
    EXPECT_EQ(read(status_answer("NO_SUCH_CARD", "", 404)).outcome, outcome::rejected);
}

TEST(read, reads_text_split_by_comments_and_cdata) {
    EXPECT_EQ(read(status_answer("O<!-- x --><![CDATA[K]]>")).outcome, outcome::success);
}

TEST(read, two_hundred_without_an_envelope_is_never_a_success) {
    for (const auto& e : {answered(""),
                          answered("<html>OK</html>", 200, "text/html"),
                          answered(R"({"Status":"OK"})"),
                          answered("<Status>OK</Status>"),
                          answered("<Envelope><Body><Status>OK</Status></Body></Envelope>"),
                          answered("", 202)}) {
        const auto r = read(e);

        EXPECT_EQ(r.outcome, outcome::hold) << e.body;
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER") << e.body;
    }
}

TEST(read, a_cut_off_answer_is_unreadable) {
    auto e = status_answer("OK");
    e.body.resize(e.body.size() - 3);

    EXPECT_EQ(read(e).error_code, "UNREADABLE_ANSWER");
}

TEST(read, an_envelope_with_a_dtd_is_refused) {
    auto e = status_answer("OK");
    e.body = "<!DOCTYPE x [<!ENTITY a \"b\">]>" + e.body;

    const auto r = read(e);

    EXPECT_EQ(r.outcome, outcome::hold);
    EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER");
    EXPECT_EQ(r.error_description,
              "the answer is HTTP 200 with a body that cannot be read as XML (a DTD, which SOAP forbids)");
}

TEST(read, an_envelope_is_read_to_a_hundred_levels) {
    // Envelope, Body, Answer and the Status in it are four levels.
    const auto nested = [](int levels) {
        std::string body;
        for (int i = 0; i < levels; ++i)
            body += "<d>";
        for (int i = 0; i < levels; ++i)
            body += "</d>";
        return status_answer("OK", body);
    };

    EXPECT_EQ(read(nested(96)).outcome, outcome::success);
    EXPECT_EQ(read(nested(98)).error_code, "UNREADABLE_ANSWER");
    EXPECT_EQ(read(nested(20'000)).error_code, "UNREADABLE_ANSWER");
}

TEST(read, the_retry_after_of_the_answer_is_kept) {
    auto e = answered("", 503);
    e.retry_after = std::chrono::seconds(7);

    EXPECT_EQ(read(e).retry_after, std::chrono::seconds(7));
    EXPECT_EQ(read(answered("", 503)).retry_after, std::nullopt);
}

TEST(read, many_threads_may_read_at_once) {
    const auto b = compiled(binding_text());
    const auto e = status_answer("OK", "<Subscription><Service>1</Service></Subscription>");
    std::vector<int> successes(4);
    {
        std::vector<std::jthread> threads;
        threads.reserve(successes.size());
        for (auto& n : successes)
            threads.emplace_back([&b, &e, &n] {
                for (int i = 0; i < 200; ++i)
                    n += b.interpret(samples::bare(command_type::get_active_subscriptions), {1}, e)
                                     .answer.outcome == outcome::success
                             ? 1
                             : 0;
            });
    }

    EXPECT_EQ(successes, (std::vector<int>{200, 200, 200, 200}));
}

TEST(read, no_beginning_of_an_answer_is_a_success) {
    const auto b = compiled(binding_text());
    const auto whole = status_answer("OK");
    for (std::size_t length = 0; length < whole.body.size(); ++length) {
        auto e = whole;
        e.body.resize(length);

        EXPECT_EQ(b.interpret(samples::bare(safe), {1}, e).answer.outcome, outcome::hold) << e.body;
    }
}

TEST(read, no_changed_byte_makes_a_refusal_a_success) {
    const auto b = compiled(binding_text());
    const auto whole = status_answer("NO_SUCH_CARD", "<Paired>true</Paired>");
    for (std::size_t at = 0; at < whole.body.size(); ++at)
        for (const char c : {'\0', '<', '>', '&', '"', ' ', '\xFF'}) {
            auto e = whole;
            e.body[at] = c;

            EXPECT_NE(b.interpret(samples::bare(safe), {1}, e).answer.outcome, outcome::success) << e.body;
        }
}

} // namespace
} // namespace contego
