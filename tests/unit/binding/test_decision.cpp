#include "sample.hpp"

#include <gtest/gtest.h>

// Which rule decided, and its line.
namespace contego {
namespace {

using samples::answered;
using samples::bare;
using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::line_of;
using samples::replaced;
using samples::soap_1_1;
using samples::status_answer;

constexpr auto safe = command_type::add_subscriptions;
constexpr auto unsafe = command_type::send_bark_message_to_client;

// The rows of one command, on lines of their own.
std::string text_with_rows() {
    return replaced(binding_text(),
                    "</reply>",
                    "\n<status code=\"OWN\" is=\"success\"/>"
                    "\n<fault code=\"Client\" subcode=\"known\" is=\"hold\"/>"
                    "\n<http status=\"418\" is=\"retry\"/>"
                    "\n<transport error=\"timeout\" is=\"hold\"/>\n</reply>");
}

decision decided(const exchange& e, command_type type = safe) {
    return compiled(text_with_rows()).interpret_alone(bare(type), e).answer.decided_by;
}

void expect(const decision& d, std::string_view rule, std::string_view row) {
    EXPECT_EQ(d.rule, rule);
    EXPECT_EQ(d.line, line_of(text_with_rows(), row)) << rule;
}

std::string fault(std::string_view code) {
    return soap_1_1("<e:Fault><faultcode>" + std::string(code) +
                    "</faultcode><faultstring>x</faultstring></e:Fault>");
}

exchange broken(transport_error e) {
    exchange x;
    x.state = exchange_state::sent_no_answer;
    x.error = e;
    return x;
}

TEST(decision, names_the_row_of_the_command_or_of_all_commands) {
    expect(decided(status_answer("OWN")), "the row of this status", "code=\"OWN\"");
    expect(decided(status_answer("BUSY")), "the row of this status", "code=\"BUSY\"");
    expect(decided(answered(fault("e:Client.known"))), "the row of this fault", "subcode=\"known\"");
    expect(decided(answered("teapot", 418)), "the row of this HTTP status", "status=\"418\"");
    expect(decided(broken(transport_error::timeout)), "the row of this transport error", "error=\"timeout\"");
}

TEST(decision, without_a_row_names_the_reply_to_which_one_can_be_added) {
    constexpr auto* reply = "<reply";
    expect(decided(status_answer("NEW")), "no row has this status; it is held", reply);
    expect(decided(answered(fault("e:Client.new"))),
           "no row has this fault; a fault of the client is rejected",
           reply);
    expect(decided(answered("<html/>", 404)), "no row has this HTTP status; it is held", reply);
    expect(decided(answered("{}")), "an answer that cannot be read is held", reply);
    expect(decided(broken(transport_error::closed)),
           "no row has this transport error; it is tried again",
           reply);
}

TEST(decision, of_a_command_that_is_not_repeat_safe_says_so) {
    EXPECT_EQ(decided(broken(transport_error::timeout), unsafe).rule,
              "a command that is not repeat-safe is held if it may have been done");
}

TEST(decision, of_the_correlation_has_its_line) {
    const auto text =
        replaced(binding_text(), "</reply>", "\n<correlation at=\"//Ref\" equals=\"{command.id}\"/></reply>");
    const auto wire = compiled(text);

    const auto other = wire.interpret(full_command(safe), {1}, status_answer("OK")).answer;

    EXPECT_EQ(other.decided_by.rule, "the correlation: a repeat-safe command is tried again");
    EXPECT_EQ(other.decided_by.line, line_of(text, "<correlation"));
    EXPECT_EQ(wire.interpret_alone(bare(safe), status_answer("OK")).answer.outcome, outcome::success);
}

TEST(masked_headers, hide_secrets_and_show_ids) {
    const auto wire =
        compiled(replaced(binding_text(),
                          "<outcomes>",
                          "<header name=\"X-Key\" value=\"a{secret.KEY}b{command.id}\"/><outcomes>"))
            .at({.secrets = {{"KEY", "hush"}}});

    const auto headers = wire.masked_headers(full_command(safe), {1});

    ASSERT_EQ(headers.size(), 1U);
    EXPECT_EQ(headers[0].second, "a****b100001");
}

} // namespace
} // namespace contego
