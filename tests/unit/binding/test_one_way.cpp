#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::mistakes_in;
using samples::replaced;
using samples::soap_1_1;
using samples::status_answer;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr auto one_way = command_type::add_subscriptions;
constexpr auto other = command_type::cancel_subscriptions;

std::string written(std::string_view attribute) {
    return replaced(binding_text(),
                    R"(action="urn:test:ADD_SUBSCRIPTIONS" repeat-safe="yes")",
                    R"(action="urn:test:ADD_SUBSCRIPTIONS" repeat-safe="yes" )" + std::string(attribute));
}

reply read(command_type type, const exchange& e) {
    return compiled(written("one-way=\"yes\"")).interpret(samples::bare(type), {1}, e).answer;
}

TEST(one_way, an_empty_answer_is_a_success_of_a_command_that_says_so) {
    for (const int status : {200, 202, 204})
        for (const auto* body : {"", "\r\n", " \t\n"}) {
            const auto r = read(one_way, answered(body, status));

            EXPECT_EQ(r.outcome, outcome::success) << status;
            EXPECT_EQ(r.error_code, "");
            EXPECT_TRUE(r.result.is_null());
            EXPECT_EQ(read(other, answered(body, status)).error_code, "UNREADABLE_ANSWER") << status;
        }
}

TEST(one_way, an_empty_answer_with_another_status_is_not_a_success) {
    for (const int status : {201, 203, 205, 206, 207, 299, 302, 400, 404})
        EXPECT_EQ(read(one_way, answered("", status)).outcome, outcome::hold) << status;
    EXPECT_EQ(read(one_way, answered("", 500)).outcome, outcome::retry);
}

TEST(one_way, an_answer_with_content_is_read_as_usual) {
    EXPECT_EQ(read(one_way, status_answer("NO_SUCH_CARD", "", 202)).outcome, outcome::rejected);
    EXPECT_EQ(
        read(one_way, answered(soap_1_1("<e:Fault><faultcode>e:Client</faultcode></e:Fault>"), 200)).outcome,
        outcome::rejected);
    for (const auto* body : {"accepted", "<html></html>", "{}", "<a/>", "\xEF\xBB\xBF", "<!-- -->"})
        EXPECT_EQ(read(one_way, answered(body, 202)).error_code, "UNREADABLE_ANSWER") << body;
    EXPECT_EQ(read(one_way, answered(soap_1_1(""), 202)).error_code, "UNREADABLE_ANSWER");
    EXPECT_EQ(read(one_way, answered("", 202, "multipart/related; boundary=b")).error_code,
              "UNREADABLE_ANSWER");
}

TEST(one_way, a_missing_answer_is_not_a_success) {
    exchange lost;
    lost.state = exchange_state::sent_no_answer;
    lost.error = transport_error::closed;

    EXPECT_EQ(read(one_way, lost).outcome, outcome::retry);
}

TEST(one_way, is_yes_or_no_and_refused_for_commands_with_data) {
    EXPECT_THAT(mistakes_in(written("one-way=\"no\"")), testing::IsEmpty());
    EXPECT_THAT(mistakes_in(written("one-way=\"\"")), ElementsAre(HasSubstr("one-way must be yes or no")));
    EXPECT_THAT(mistakes_in(written("one-way=\"true\"")),
                ElementsAre(HasSubstr("one-way must be yes or no")));
    EXPECT_THAT(
        mistakes_in(replaced(binding_text(),
                             R"(action="urn:test:GET_ACTIVE_SUBSCRIPTIONS" repeat-safe="yes")",
                             R"(repeat-safe="yes" one-way="yes")")),
        ElementsAre(HasSubstr("command GET_ACTIVE_SUBSCRIPTIONS: a command whose answer holds data cannot be "
                              "one-way")));
}

} // namespace
} // namespace contego
