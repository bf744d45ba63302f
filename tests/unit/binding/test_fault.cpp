#include "sample.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace contego {
namespace {

using samples::answered;
using samples::binding_text;
using samples::compiled;
using samples::replaced;
using samples::soap_1_1;
using samples::soap_1_2;

constexpr auto safe = command_type::add_subscriptions;
constexpr auto unsafe = command_type::send_bark_message_to_client;

exchange fault_1_1(std::string_view code, int status = 500, std::string_view detail = {}) {
    return answered(soap_1_1("<e:Fault><faultcode>" + std::string(code) +
                             "</faultcode><faultstring>Broken.</faultstring>" + std::string(detail) +
                             "</e:Fault>"),
                    status);
}

exchange fault_1_2(std::string_view code, std::string_view subcodes = {}) {
    return answered(soap_1_2("<e:Fault><e:Code><e:Value>" + std::string(code) + "</e:Value>" +
                             std::string(subcodes) +
                             "</e:Code><e:Reason><e:Text xml:lang=\"en\">Broken.</e:Text></e:Reason>"
                             "<e:Detail><x>more</x></e:Detail></e:Fault>"),
                    500,
                    "application/soap+xml");
}

reply read(const exchange& e, command_type type = safe) {
    return compiled(binding_text()).interpret(samples::bare(type), {1}, e).answer;
}

binding with_rows(std::string_view rows) {
    return compiled(replaced(binding_text(), "<outcomes>", "<outcomes>" + std::string(rows)));
}

TEST(fault, of_the_client_is_rejected) {
    const auto r = read(fault_1_1("e:Client"));

    EXPECT_EQ(r.outcome, outcome::rejected);
    EXPECT_EQ(r.error_code, "SOAP_FAULT:Client");
    EXPECT_EQ(r.error_description, "Broken.");
    EXPECT_EQ(r.message, "Broken.");
    EXPECT_EQ(r.status_code, "");
}

TEST(fault, of_the_server_is_tried_again_only_if_that_is_safe) {
    EXPECT_EQ(read(fault_1_1("e:Server"), safe).outcome, outcome::retry);
    EXPECT_EQ(read(fault_1_1("e:Server"), unsafe).outcome, outcome::hold);
    EXPECT_EQ(read(fault_1_1("e:Server"), unsafe).error_code, "SOAP_FAULT:Server");
}

TEST(fault, that_asks_for_another_configuration_is_held) {
    EXPECT_EQ(read(fault_1_1("e:MustUnderstand")).outcome, outcome::hold);
    EXPECT_EQ(read(fault_1_1("e:VersionMismatch")).outcome, outcome::hold);
    EXPECT_EQ(read(fault_1_2("e:DataEncodingUnknown")).outcome, outcome::hold);
}

TEST(fault, is_decided_by_the_envelope_and_not_by_the_http_status) {
    EXPECT_EQ(read(fault_1_1("e:Client", 200)).outcome, outcome::rejected);
    EXPECT_EQ(read(fault_1_1("e:Client", 503)).outcome, outcome::rejected);
}

TEST(fault, of_soap_1_2_has_the_names_of_1_1) {
    EXPECT_EQ(read(fault_1_2("e:Sender")).outcome, outcome::rejected);
    EXPECT_EQ(read(fault_1_2("e:Sender")).error_code, "SOAP_FAULT:Client");
    EXPECT_EQ(read(fault_1_2("e:Receiver")).outcome, outcome::retry);
    EXPECT_EQ(read(fault_1_2("e:Receiver")).error_description, "Broken. (more)");
}

TEST(fault, dotted_codes_of_1_1_carry_subcodes) {
    const auto r = read(fault_1_1("e:Server.user.locked"));

    EXPECT_EQ(r.outcome, outcome::retry);
    EXPECT_EQ(r.error_code, "SOAP_FAULT:Server.user.locked");
}

TEST(fault, nested_subcodes_of_1_2_are_reported) {
    const auto r = read(fault_1_2("e:Receiver",
                                  "<e:Subcode><e:Value xmlns:m=\"urn:m\">m:user</e:Value>"
                                  "<e:Subcode><e:Value>locked</e:Value></e:Subcode></e:Subcode>"));

    EXPECT_EQ(r.error_code, "SOAP_FAULT:Server.user.locked");
}

TEST(fault, a_row_of_the_site_decides) {
    const auto b = with_rows(R"(<fault code="Server" is="retry"/><fault code="Sender" is="hold"/>)");

    EXPECT_EQ(b.interpret(samples::bare(unsafe), {1}, fault_1_1("e:Server")).answer.outcome, outcome::retry);
    EXPECT_EQ(b.interpret(samples::bare(unsafe), {1}, fault_1_1("e:Client")).answer.outcome, outcome::hold);
    EXPECT_EQ(b.interpret(samples::bare(unsafe), {1}, fault_1_2("e:Sender")).answer.outcome, outcome::hold);
}

TEST(fault, the_innermost_subcode_with_a_row_decides) {
    const auto b = with_rows(
        "<fault code=\"Server\" is=\"hold\"/><fault code=\"Server\" subcode=\"user\" is=\"rejected\"/>"
        "<fault code=\"Server\" subcode=\"active\" is=\"success\"/>");

    EXPECT_EQ(b.interpret(samples::bare(safe), {1}, fault_1_1("e:Server")).answer.outcome, outcome::hold);
    EXPECT_EQ(b.interpret(samples::bare(safe), {1}, fault_1_1("e:Server.other")).answer.outcome,
              outcome::hold);
    EXPECT_EQ(b.interpret(samples::bare(safe), {1}, fault_1_1("e:Server.user.other")).answer.outcome,
              outcome::rejected);
    const auto success = b.interpret(samples::bare(safe), {1}, fault_1_1("e:Server.user.active")).answer;
    EXPECT_EQ(success.outcome, outcome::success);
    EXPECT_EQ(success.error_code, "");
    EXPECT_EQ(success.error_description, "");
}

TEST(fault, a_prefix_has_the_meaning_declared_at_its_element) {
    const auto e =
        answered("<a:Envelope xmlns:a=\"http://schemas.xmlsoap.org/soap/envelope/\"><a:Body><a:Fault>"
                 "<faultcode xmlns:q=\"http://schemas.xmlsoap.org/soap/envelope/\">q:Client</faultcode>"
                 "<faultstring>x</faultstring></a:Fault></a:Body></a:Envelope>");

    EXPECT_EQ(read(e).outcome, outcome::rejected);
}

TEST(fault, a_code_of_another_namespace_is_not_the_one_of_soap) {
    const auto code = [](std::string_view c) {
        return answered(
            soap_1_1("<e:Fault xmlns:v=\"urn:v\"><faultcode>" + std::string(c) + "</faultcode></e:Fault>"));
    };
    const auto b = with_rows(R"(<fault code="Locked" is="rejected"/><fault code="Client" is="rejected"/>)");

    EXPECT_EQ(read(code("v:Client")).outcome, outcome::hold);
    EXPECT_EQ(b.interpret(samples::bare(safe), {1}, code("v:Client")).answer.outcome, outcome::hold);
    EXPECT_EQ(b.interpret(samples::bare(safe), {1}, code("v:Locked")).answer.outcome, outcome::rejected);
    EXPECT_EQ(b.interpret(samples::bare(safe), {1}, code("v:Locked")).answer.error_code, "SOAP_FAULT:Locked");
}

TEST(fault, a_code_without_a_prefix_or_with_an_unknown_one_is_taken_as_soap) {
    EXPECT_EQ(read(fault_1_1("Client")).outcome, outcome::rejected);
    EXPECT_EQ(read(fault_1_1("nowhere:Client")).outcome, outcome::rejected);
}

TEST(fault, without_a_code_is_unreadable) {
    EXPECT_EQ(read(answered(soap_1_1("<e:Fault/>"), 500)).error_code, "UNREADABLE_ANSWER");
    EXPECT_EQ(read(answered(soap_1_2("<e:Fault/>"), 500)).error_code, "UNREADABLE_ANSWER");
}

TEST(fault, without_a_text_still_says_something) {
    const auto r = read(answered(soap_1_1("<e:Fault><faultcode>e:Client</faultcode></e:Fault>")));

    EXPECT_EQ(r.error_description, "the CAS answered with the SOAP fault Client");
}

TEST(fault, the_texts_of_the_detail_are_separated) {
    const auto r = read(fault_1_1("e:Client", 500, "<detail><a>one</a><b>two<c/></b>three</detail>"));

    EXPECT_EQ(r.error_description, "Broken. (one two three)");
}

TEST(fault, an_element_named_fault_elsewhere_is_not_a_fault) {
    const auto e = answered(soap_1_1("<x:Fault xmlns:x=\"urn:x\"><Status>OK</Status></x:Fault>"));

    EXPECT_EQ(read(e).outcome, outcome::success);
}

} // namespace
} // namespace contego
