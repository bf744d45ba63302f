#include "simulator/soap.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace contego::simulator {
namespace {

using testing::HasSubstr;
using testing::Not;

const operation& operation_for(command_type command) {
    return *std::ranges::find(operations(), command, &operation::command);
}

TEST(soap_write, an_answer_is_written_in_the_namespaces_of_the_simulator) {
    auto a = answer::ok(true);
    a.reference = "some-reference";

    EXPECT_EQ(
        write_envelope(operation_for(command_type::create_pairing), a),
        R"(<?xml version="1.0" encoding="UTF-8"?>)"
        R"(<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>)"
        R"(<CreatePairingResponse xmlns="http://www.conax.com/cas/xsd/pairing/v1" )"
        R"(xmlns:ct="http://www.conax.com/cas/xsd/common-types/v1"><ct:StatusCode>OK</ct:StatusCode>)"
        R"(<ct:Message>Request completed</ct:Message><ct:ReferenceNumber>some-reference</ct:ReferenceNumber>)"
        R"(</CreatePairingResponse></soap:Body></soap:Envelope>)");
}

TEST(soap_write, no_command_has_two_operations) {
    for (const auto command : command_types)
        EXPECT_LE(std::ranges::count(operations(), command, &operation::command), 1) << name_of(command);
}

TEST(soap_write, active_subscriptions_are_listed_with_the_dates_that_they_have) {
    auto a = answer::ok(false);
    a.subscriptions = {{"1", "", ""}, {"2", "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"}};

    EXPECT_THAT(
        write_envelope(operation_for(command_type::get_active_subscriptions), a),
        HasSubstr("<ct:Subscriptions><ct:Subscription><ct:ServiceCaId>1</ct:ServiceCaId></ct:Subscription>"
                  "<ct:Subscription><ct:ServiceCaId>2</ct:ServiceCaId>"
                  "<ct:StartTime>2030-01-01T00:00:00Z</ct:StartTime>"
                  "<ct:EndTime>2031-01-01T00:00:00Z</ct:EndTime></ct:Subscription></ct:Subscriptions>"));
}

TEST(soap_write, no_subscriptions_are_an_empty_list) {
    EXPECT_THAT(write_envelope(operation_for(command_type::get_active_subscriptions), answer::ok(false)),
                HasSubstr("<ct:Subscriptions></ct:Subscriptions>"));
}

TEST(soap_write, a_refused_query_has_no_result) {
    const auto refused = answer::no("CLIENT_NOT_FOUND", "no");

    EXPECT_THAT(write_envelope(operation_for(command_type::get_active_subscriptions), refused),
                Not(HasSubstr("Subscriptions>")));
    EXPECT_THAT(write_envelope(operation_for(command_type::get_pairing_status_for_card), refused),
                Not(HasSubstr("Paired")));
}

TEST(soap_write, a_pairing_names_the_other_side) {
    auto a = answer::ok(false);
    a.paired = true;
    a.partners = {"0011"};

    EXPECT_THAT(write_envelope(operation_for(command_type::get_pairing_status_for_card), a),
                HasSubstr("<ct:Paired>true</ct:Paired><ct:PairingModuleIds><ct:PairingModuleId>0011"
                          "</ct:PairingModuleId></ct:PairingModuleIds>"));
    EXPECT_THAT(write_envelope(operation_for(command_type::get_pairing_status_for_pairing_module), a),
                HasSubstr("<ct:Paired>true</ct:Paired><ct:CaClientIds><ct:CaClientId>0011</ct:CaClientId>"));
}

TEST(soap_write, no_pairing_is_a_plain_false) {
    auto a = answer::ok(false);
    a.paired = false;

    const auto text = write_envelope(operation_for(command_type::get_pairing_status_for_card), a);

    EXPECT_THAT(text, HasSubstr("<ct:Paired>false</ct:Paired>"));
    EXPECT_THAT(text, Not(HasSubstr("PairingModuleIds")));
}

TEST(soap_write, reserved_characters_of_xml_are_escaped) {
    EXPECT_THAT(write_envelope(operation_for(command_type::create_pairing), answer::no("X", "<a> & b")),
                HasSubstr("<ct:Message>&lt;a&gt; &amp; b</ct:Message>"));
}

TEST(soap_write, a_fault_has_a_qualified_code_and_an_unqualified_frame) {
    EXPECT_THAT(write_envelope(fault{"Server", "Couldn't parse stream."}),
                HasSubstr("<soap:Fault><faultcode>soap:Server</faultcode>"
                          "<faultstring>Couldn't parse stream.</faultstring></soap:Fault>"));
}

} // namespace
} // namespace contego::simulator
