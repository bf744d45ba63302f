#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::binding_text;
using samples::compiled;
using samples::replaced;

constexpr auto safe = command_type::add_subscriptions;
constexpr auto unsafe = command_type::send_bark_message_to_client;

exchange failed(exchange_state state, transport_error error) {
    exchange e;
    e.state = state;
    e.error = error;
    e.detail = "connection reset";
    return e;
}

TEST(transport, a_request_that_was_not_sent_is_always_tried_again) {
    const auto b = compiled(binding_text());
    for (const auto type : {safe, unsafe}) {
        const auto r =
            b.interpret(samples::bare(type), {1}, failed(exchange_state::not_sent, transport_error::connect))
                .answer;

        EXPECT_EQ(r.outcome, outcome::retry);
        EXPECT_EQ(r.error_code, "TRANSPORT_CONNECT");
        EXPECT_EQ(r.error_description, "the request was not sent (connect: connection reset)");
    }
}

TEST(transport, a_repeat_safe_command_without_an_answer_is_tried_again) {
    const auto r = compiled(binding_text())
                       .interpret(samples::bare(safe),
                                  {1},
                                  failed(exchange_state::sent_no_answer, transport_error::too_large))
                       .answer;

    EXPECT_EQ(r.outcome, outcome::retry);
    EXPECT_EQ(r.error_code, "TRANSPORT_TOO_LARGE");
    EXPECT_EQ(r.error_description,
              "the request was sent and the answer cannot be read (too_large: connection reset)");
}

TEST(transport, an_unreadable_answer_is_an_attempt_and_not_an_outage) {
    const auto b = compiled(binding_text());
    for (const auto error : {transport_error::malformed,
                             transport_error::too_large,
                             transport_error::timeout,
                             transport_error::closed}) {
        const bool came = error == transport_error::malformed || error == transport_error::too_large;
        auto e = failed(exchange_state::sent_no_answer, error);
        e.outage = true;

        const auto r = b.interpret(samples::bare(safe), {1}, e).answer;

        EXPECT_EQ(r.unreadable, came) << name_of(error);
        EXPECT_EQ(r.outage, !came) << name_of(error);
    }
    EXPECT_FALSE(
        b.interpret(samples::bare(safe), {1}, failed(exchange_state::not_sent, transport_error::connect))
            .answer.unreadable);
}

TEST(transport, another_command_without_an_answer_is_maybe_sent) {
    const auto r = compiled(binding_text())
                       .interpret(samples::bare(unsafe),
                                  {1},
                                  failed(exchange_state::sent_no_answer, transport_error::timeout))
                       .answer;

    EXPECT_EQ(r.outcome, outcome::hold);
    EXPECT_EQ(r.error_code, "MAYBE_SENT");
    EXPECT_EQ(r.error_description,
              "the request was sent and no answer came (timeout: connection reset); the command is not safe "
              "to repeat");
}

TEST(transport, a_row_decides_but_never_repeats_an_unsafe_command) {
    const auto b = compiled(
        replaced(binding_text(),
                 "<outcomes>",
                 "<outcomes><transport error=\"timeout\" is=\"rejected\"/>"
                 "<transport error=\"closed\" is=\"retry\"/><transport error=\"tls\" is=\"hold\"/>"));

    EXPECT_EQ(b.interpret(
                   samples::bare(safe), {1}, failed(exchange_state::sent_no_answer, transport_error::timeout))
                  .answer.outcome,
              outcome::rejected);
    EXPECT_EQ(b.interpret(samples::bare(unsafe), {1}, failed(exchange_state::not_sent, transport_error::tls))
                  .answer.outcome,
              outcome::hold);
    EXPECT_EQ(b.interpret(samples::bare(unsafe),
                          {1},
                          failed(exchange_state::sent_no_answer, transport_error::closed))
                  .answer.outcome,
              outcome::hold);
    EXPECT_EQ(b.interpret(samples::bare(unsafe),
                          {1},
                          failed(exchange_state::sent_no_answer, transport_error::closed))
                  .answer.error_code,
              "MAYBE_SENT");
}

} // namespace
} // namespace contego
