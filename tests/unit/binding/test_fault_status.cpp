#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

// The status code in the detail of a SOAP fault.
namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::full_command;
using samples::mistakes_in;
using samples::replaced;
using samples::soap_1_1;
using samples::soap_1_2;

constexpr auto safe = command_type::add_subscriptions;
constexpr auto unsafe = command_type::send_bark_message_to_client;

binding wire() {
    auto text = binding_text();
    constexpr std::string_view from = "<reply status";
    constexpr std::string_view to = "<reply fault-status=\"//errorCode\" status";
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return compiled(replaced(text,
                             "<outcomes>",
                             "<outcomes><status code=\"3014\" is=\"rejected\"/>"
                             "<status code=\"3013\" is=\"success\"/>"
                             "<fault code=\"Server\" is=\"retry\"/>"));
}

std::string fault(std::string_view detail, std::string_view code = "e:Server") {
    return "<e:Fault><faultcode>" + std::string(code) +
           "</faultcode><faultstring>an error</faultstring><detail>"
           "<c:Cai3gFault xmlns:c=\"urn:c\">" +
           std::string(detail) + "</c:Cai3gFault></detail></e:Fault>";
}

std::string code(std::string_view code) {
    return "<c:errorCode> " + std::string(code) + "\n</c:errorCode>";
}

reply read(command_type type, const std::string& body) {
    return wire().interpret(full_command(type), {1}, answered(soap_1_1(body), 500)).answer;
}

TEST(fault_status, is_decided_by_the_rows_of_statuses) {
    for (const auto type : {safe, unsafe}) {
        const auto r = read(type, fault(code("3014") + "<c:Ref>R-7</c:Ref>"));
        EXPECT_EQ(r.outcome, outcome::rejected);
        EXPECT_EQ(r.error_code, "3014");
        EXPECT_EQ(r.status_code, "3014");
        EXPECT_EQ(r.error_description, "an error");
        EXPECT_EQ(r.message, "an error");
        EXPECT_EQ(r.reference_number, "R-7");
        EXPECT_EQ(read(type, fault(code("BUSY"))).outcome, outcome::retry);
    }
}

TEST(fault_status, may_be_a_success_because_the_cas_said_so) {
    const auto r = read(safe, fault(code("3013")));

    EXPECT_EQ(r.outcome, outcome::success);
    EXPECT_EQ(r.status_code, "3013");
    EXPECT_EQ(r.error_code, "");
    EXPECT_EQ(r.error_description, "");
}

TEST(fault_status, a_success_without_its_data_is_held) {
    EXPECT_EQ(read(command_type::get_pairing_status_for_card, fault(code("3013"))).error_code,
              "UNREADABLE_ANSWER");
    EXPECT_EQ(*read(command_type::get_active_subscriptions, fault(code("3013"))).result.find("subscriptions"),
              value(value::list{}));
}

TEST(fault_status, without_a_row_is_held) {
    const auto r = read(safe, fault(code("9")));

    EXPECT_EQ(r.outcome, outcome::hold);
    EXPECT_EQ(r.error_code, "9");
    EXPECT_EQ(r.error_description, "the binding does not know the status 9: an error");
}

TEST(fault_status, a_fault_without_one_is_decided_by_the_rows_of_faults) {
    for (const auto* detail : {"", "<c:errorCode/>", "<c:errorCode> </c:errorCode>"}) {
        EXPECT_EQ(read(unsafe, fault(detail)).outcome, outcome::retry);
        EXPECT_EQ(read(unsafe, fault(detail)).error_code, "SOAP_FAULT:Server");
    }
    EXPECT_EQ(read(safe, fault("", "e:Client")).outcome, outcome::rejected);
}

TEST(fault_status, two_different_ones_are_held) {
    const auto r = read(safe, fault(code("3013") + code("3014")));

    EXPECT_EQ(r.outcome, outcome::hold);
    EXPECT_EQ(r.error_code, "UNREADABLE_ANSWER");
    EXPECT_EQ(read(safe, fault(code("3014") + code("3014"))).outcome, outcome::rejected);
}

TEST(fault_status, is_not_searched_in_the_header) {
    const auto e =
        answered("<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Header><errorCode>3013"
                 "</errorCode></e:Header><e:Body>" +
                     fault("") + "</e:Body></e:Envelope>",
                 500);

    EXPECT_EQ(wire().interpret(full_command(safe), {1}, e).answer.outcome, outcome::retry);
}

TEST(fault_status, is_read_in_soap_1_2_too) {
    const auto e = answered(
        soap_1_2("<e:Fault><e:Code><e:Value>e:Receiver</e:Value></e:Code><e:Reason><e:Text>no</e:Text>"
                 "</e:Reason><e:Detail><errorCode>3014</errorCode></e:Detail></e:Fault>"),
        500);

    EXPECT_EQ(wire().interpret(full_command(safe), {1}, e).answer.error_code, "3014");
}

TEST(fault_status, a_wrong_query_is_refused) {
    EXPECT_THAT(
        mistakes_in(replaced(binding_text(), "<reply status", "<reply fault-status=\"//c:code\" status")),
        testing::ElementsAre(testing::HasSubstr("the XPath //c:code has a namespace prefix")));
}

} // namespace
} // namespace contego
