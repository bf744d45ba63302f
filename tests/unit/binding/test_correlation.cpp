#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::mistakes_in;
using samples::replaced;
using samples::soap_1_1;
using samples::status_answer;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr auto safe = command_type::add_subscriptions;
constexpr auto unsafe = command_type::send_bark_message_to_client;

std::string for_all(std::string_view element) {
    return replaced(binding_text(), "<outcomes>", std::string(element) + "\n<outcomes>");
}

// Puts the element into the reply of ADD_SUBSCRIPTIONS.
std::string for_one(std::string_view element, const std::string& text = binding_text()) {
    return replaced(text, "reference=\"//Ref\">\n", "reference=\"//Ref\">\n" + std::string(element));
}

constexpr std::string_view by_number = "<correlation at=\"//Id\" equals=\"{request.id}\"/>";

reply read(const std::string& text, command_type type, const exchange& e) {
    return compiled(text).interpret(full_command(type), {4049}, e).answer;
}

TEST(correlation, the_answer_of_the_request_is_read) {
    EXPECT_EQ(read(for_all(by_number), safe, status_answer("OK", "<Id> 4049\n</Id>")).outcome,
              outcome::success);
    EXPECT_EQ(read(for_all(by_number), unsafe, status_answer("NO_SUCH_CARD", "<Id>4049</Id>")).outcome,
              outcome::rejected);
}

TEST(correlation, the_answer_of_another_request_counts_as_no_answer) {
    for (const auto* id : {"4048", "04049", "40490", "x", "4049.0"})
        for (const auto* status : {"OK", "NO_SUCH_CARD", "BUSY"}) {
            const auto e = status_answer(status, "<Id>" + std::string(id) + "</Id>");
            const auto again = read(for_all(by_number), safe, e);
            const auto held = read(for_all(by_number), unsafe, e);

            EXPECT_EQ(again.outcome, outcome::retry) << id;
            EXPECT_EQ(again.error_code, "ANSWER_OF_ANOTHER") << id;
            EXPECT_EQ(again.error_description,
                      "the answer belongs to another request: it says '" + std::string(id) +
                          "' and not '4049'");
            EXPECT_EQ(again.status_code, "") << "it belongs to another request";
            EXPECT_EQ(again.reference_number, "");
            EXPECT_TRUE(again.unreadable);
            EXPECT_FALSE(again.outage);
            EXPECT_EQ(held.outcome, outcome::hold) << id;
            EXPECT_EQ(held.error_code, "MAYBE_SENT") << id;
        }
}

TEST(correlation, an_answer_that_names_no_request_is_unreadable) {
    for (const auto* id : {"", "<Id/>", "<Id> </Id>", "<Other>4049</Other>"}) {
        const auto r = read(for_all(by_number), safe, status_answer("OK", id));

        EXPECT_EQ(r.outcome, outcome::hold) << id;
        EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER") << id;
        EXPECT_EQ(r.error_description,
                  "the answer does not name its request at the place that the binding gives");
    }
}

TEST(correlation, an_answer_that_names_no_request_is_read_if_absent_is_accept) {
    const auto text = for_all("<correlation at=\"//Id\" equals=\"{request.id}\" absent=\"accept\"/>");

    EXPECT_EQ(read(text, safe, status_answer("OK")).outcome, outcome::success);
    EXPECT_EQ(read(text, safe, status_answer("OK", "<Id>1</Id>")).error_code, "ANSWER_OF_ANOTHER");
}

TEST(correlation, a_fault_may_name_no_request_but_not_another_request) {
    const auto fault = [](std::string_view header) {
        return answered(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:w=\"urn:w\"><e:Header>" +
                std::string(header) +
                "</e:Header><e:Body><e:Fault><faultcode>e:Client</faultcode></e:Fault></e:Body></e:Envelope>",
            500);
    };

    EXPECT_EQ(read(for_all(by_number), safe, fault("")).outcome, outcome::rejected);
    EXPECT_EQ(read(for_all(by_number), safe, fault("<w:Id>4049</w:Id>")).outcome, outcome::rejected);
    EXPECT_EQ(read(for_all(by_number), safe, fault("<w:Id>4048</w:Id>")).error_code, "ANSWER_OF_ANOTHER");
    EXPECT_EQ(read(for_all(by_number), unsafe, fault("<w:Id>4048</w:Id>")).error_code, "MAYBE_SENT");
}

TEST(correlation, the_status_decides_about_the_answer_of_a_proxy) {
    EXPECT_EQ(read(for_all(by_number), safe, answered("", 503)).error_code, "HTTP_503");
}

TEST(correlation, may_hold_text_and_parameters_and_read_an_attribute) {
    const auto text =
        for_one("<correlation at=\"//Card/@of\" equals=\"{{{smartcard_ca_id}}}&amp;{service_ca_id}\"/>");

    EXPECT_EQ(read(text, safe, status_answer("OK", "<Card of='{01900080207}&amp;1111'/>")).outcome,
              outcome::success);
    EXPECT_EQ(read(text, safe, status_answer("OK", "<Card of='{01900080208}&amp;1111'/>")).error_code,
              "ANSWER_OF_ANOTHER");
}

TEST(correlation, the_correlation_of_a_command_takes_precedence_over_the_common_one) {
    const auto text =
        for_one("<correlation at=\"//Card\" equals=\"{smartcard_ca_id}\"/>", for_all(by_number));

    EXPECT_EQ(read(text, safe, status_answer("OK", "<Card>01900080207</Card>")).outcome, outcome::success);
    EXPECT_EQ(read(text, command_type::cancel_subscriptions, status_answer("OK", "<Card>01900080207</Card>"))
                  .error_code,
              "UNREADABLE_ANSWER");
}

TEST(correlation, is_compared_before_a_secret_is_masked) {
    const auto r = compiled(for_all(by_number))
                       .interpret(full_command(command_type::update_ca_pin_to_given_value),
                                  {4711},
                                  status_answer("OK", "<Id>4711</Id>"))
                       .answer;

    EXPECT_EQ(r.outcome, outcome::success);
}

TEST(correlation, tells_two_commands_of_a_request_and_two_sendings_apart) {
    const auto outcome_of = [](std::string_view id, const sending& sent, std::string_view told) {
        const auto text = for_all("<correlation at=\"//Id\" equals=\"" + std::string(id) + "\"/>");
        const auto e = status_answer("OK", "<Id>" + std::string(told) + "</Id>");
        return compiled(text).interpret(full_command(safe), sent, e).answer.outcome;
    };
    sending other{.request_id = 4049, .sequence = 2};
    other.random[7] = 3;

    EXPECT_EQ(outcome_of("{command.id}", {4049}, "404900001"), outcome::success);
    EXPECT_EQ(outcome_of("{command.id}", other, "404900001"), outcome::retry);
    EXPECT_EQ(outcome_of("{message.number}", other, "1"), outcome::success);
    EXPECT_EQ(outcome_of("{message.number}", {4049}, "1"), outcome::retry);
    EXPECT_EQ(outcome_of("{message.id}", {4049}, "00000000-0000-4000-8000-000000000000"), outcome::success);
}

TEST(correlation, refuses_the_time_because_no_answer_repeats_it_exactly) {
    EXPECT_THAT(mistakes_in(for_one("<correlation at=\"//Id\" equals=\"{now}\"/>")),
                ElementsAre(HasSubstr("equals must not hold {now}, only {request.id}")));
}

TEST(correlation, without_one_no_answer_is_compared) {
    EXPECT_EQ(read(binding_text(), safe, status_answer("OK", "<Id>1</Id>")).outcome, outcome::success);
}

TEST(correlation, mistakes_are_reported) {
    const auto expect = [](std::string_view element, const std::string& reason) {
        EXPECT_THAT(mistakes_in(for_one(element)),
                    ElementsAre(HasSubstr("command ADD_SUBSCRIPTIONS: " + reason)));
    };

    expect("<correlation equals=\"{request.id}\"/>", "correlation needs the attribute at");
    expect("<correlation at=\"//Id\"/>", "correlation needs the attribute equals");
    expect("<correlation at=\"//Id\" equals=\"\"/>", "correlation needs the attribute equals");
    expect("<correlation at=\"//x:Id\" equals=\"{request.id}\"/>", "the XPath //x:Id has a namespace prefix");
    expect("<correlation at=\"//Id[\" equals=\"{request.id}\"/>", "the XPath //Id[ does not compile");
    expect("<correlation at=\"//Id\" equals=\"17\"/>", "equals needs a placeholder");
    expect("<correlation at=\"//Id\" equals=\"{request.id\"/>", "{ is never closed");
    expect(
        "<correlation at=\"//Id\" equals=\"{start_date}\"/>",
        "equals must not hold {start_date}, only {request.id}, {command.id}, {message.id}, {message.number} "
        "and mandatory parameters of ADD_SUBSCRIPTIONS "
        "that are neither a list nor a PIN");
    expect("<correlation at=\"//Id\" equals=\"{request.id}\" absent=\"no\"/>",
           "absent must be hold or accept, not 'no'");
    expect("<correlation at=\"//Id\" equals=\"{request.id}\" with=\"x\"/>",
           "unknown attribute with of correlation");
    expect(std::string(by_number) + std::string(by_number), "correlation appears twice");
    EXPECT_THAT(mistakes_in(for_all(std::string(by_number) + "\n" + std::string(by_number))),
                ElementsAre(EndsWith("correlation appears twice")));
}

TEST(correlation, a_pin_must_not_be_used) {
    const auto text = for_all("<correlation at=\"//Id\" equals=\"{new_pin}\"/>");

    EXPECT_THAT(mistakes_in(text), testing::Contains(HasSubstr("equals must not hold {new_pin}")));
}

} // namespace
} // namespace contego
