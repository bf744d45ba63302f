#include "sample.hpp"
#include "shipped.hpp"
#include <contego/parameter.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <algorithm>
#include <ostream>

// The envelopes of the default binding for each command, written by hand: the elements with content below the
// operation's request element, in their order.
namespace contego {
namespace {

using samples::full_command;
using samples::shipped;
using samples::shipped_commands;
using leaves = std::vector<std::string>;

struct expected_envelope {
    command_type type;
    std::string_view path;
    std::string_view name_space;
    std::string_view operation;
    leaves full; ///< with every parameter that the command may have
    leaves lean; ///< only with the parameters that the planner always gives
};

std::ostream& operator<<(std::ostream& out, const expected_envelope& e) {
    return out << name_of(e.type);
}

constexpr std::string_view authorization = "http://www.conax.com/cas/xsd/authorization/v1";
constexpr std::string_view pairing = "http://www.conax.com/cas/xsd/pairing/v1";
constexpr std::string_view messaging = "http://www.conax.com/cas/xsd/user-text-messaging/v1";
constexpr std::string_view fingerprint = "http://www.conax.com/cas/xsd/fingerprint/v1";
constexpr std::string_view pin = "http://www.conax.com/cas/xsd/pin/v1";

constexpr std::string_view authorization_path = "/ca-server/webservices/client/authorization";
constexpr std::string_view pairing_path = "/ca-server/webservices/caclient/pairing";
constexpr std::string_view messaging_path = "/ca-server/webservices/caclient/user-text-messaging";
constexpr std::string_view fingerprint_path = "/ca-server/webservices/caclient/fingerprint";
constexpr std::string_view pin_path = "/ca-server/webservices/caclient/pin";

const std::string card = "CaClientIds/CaClientId=01900080207";
const std::string service = "ServiceCaIds/ServiceCaId=1111";
const std::string message = "Message=Hello";
const std::string start = "StartIndicationTime=2026-01-02T03:04:05Z";
const std::string shown_for = "DisplayDurationInSeconds=20";
const std::string number = "SequenceNumber=404900001";

const std::vector<expected_envelope> expected_envelopes{
    {command_type::add_subscriptions,
     authorization_path,
     authorization,
     "AddSubscriptions",
     {card, service, "StartTime=2026-01-02T03:04:05Z", "EndTime=2026-02-02T03:04:05Z", number},
     {card, service, number}},
    {command_type::cancel_subscriptions,
     authorization_path,
     authorization,
     "CancelSubscriptions",
     {card, service, number},
     {card, service, number}},
    {command_type::get_active_subscriptions,
     authorization_path,
     authorization,
     "GetActiveSubscriptions",
     {"CaClientId=01900080207", number},
     {"CaClientId=01900080207", number}},
    {command_type::create_pairing,
     pairing_path,
     pairing,
     "CreatePairing",
     {card, "CaClientIds/CaClientId=01900080208", "PairingModuleIds/PairingModuleId=0012345678", number},
     {card, "CaClientIds/CaClientId=01900080208", "PairingModuleIds/PairingModuleId=0012345678", number}},
    {command_type::add_to_existing_pairing,
     pairing_path,
     pairing,
     "AddToExistingPairing",
     {"PairedCaClientId=01900080207",
      card,
      "CaClientIds/CaClientId=01900080208",
      "PairingModuleIds/PairingModuleId=0012345678",
      number},
     {"PairedCaClientId=01900080207", number}},
    {command_type::get_pairing_status_for_card,
     pairing_path,
     pairing,
     "GetPairingStatusForCard",
     {"CaClientId=01900080207", number},
     {"CaClientId=01900080207", number}},
    {command_type::get_pairing_status_for_pairing_module,
     pairing_path,
     pairing,
     "GetPairingStatusForPairingModule",
     {"PairingModuleId=0012345678", number},
     {"PairingModuleId=0012345678", number}},
    {command_type::send_mail_message_to_client,
     messaging_path,
     messaging,
     "SendMailMessageToClients",
     {card, message, start, number},
     {card, message, number}},
    {command_type::send_bark_message_to_client,
     messaging_path,
     messaging,
     "SendBarkMessageToClients",
     {card, message, shown_for, start, number},
     {card, message, shown_for, number}},
    {command_type::send_repeating_bark_message_to_client,
     messaging_path,
     messaging,
     "SendRepeatingBarkMessageToClients",
     {card, message, shown_for, "RepetitionCount=3", "RepetitionIntervalInSeconds=110", start, number},
     {card, message, shown_for, "RepetitionCount=3", "RepetitionIntervalInSeconds=110", number}},
    {command_type::display_fingerprint,
     fingerprint_path,
     fingerprint,
     "DisplayFingerprintOnClients",
     {card,
      "DisplayTime=2026-01-02T03:04:05Z",
      shown_for,
      "PositionX=10",
      "PositionY=20",
      "Height=30",
      "FingerprintSlot=1",
      number},
     {card, shown_for, "PositionX=10", "PositionY=20", "Height=30", "FingerprintSlot=1", number}},
    {command_type::update_ca_pin_to_default_value,
     pin_path,
     pin,
     "UpdateCaPinToDefaultValue",
     {card, number},
     {card, number}},
    {command_type::update_ca_pin_to_given_value,
     pin_path,
     pin,
     "UpdateCaPinToGivenValue",
     {card, "NewPin=4711", number},
     {card, "NewPin=4711", number}},
};

std::string_view local(std::string_view name) {
    return name.substr(name.find(':') + 1);
}

/// Collects every element without children, with its content, even if it is empty.
void gather(pugi::xml_node node, const std::string& path, leaves& all) {
    for (const auto child : node.children()) {
        if (child.type() != pugi::node_element) continue;
        const auto name = path + std::string(local(child.name()));
        if (child.find_child([](auto n) { return n.type() == pugi::node_element; }))
            gather(child, name + '/', all);
        else
            all.push_back(name + '=' + child.text().get());
    }
}

/// Returns the elements below Body/<operation>/<operation>Request. All of them must be in the namespace of
/// the prefix.
leaves sent(const envelope& e, const expected_envelope& expected) {
    pugi::xml_document document;
    if (!document.load_string(e.body.c_str())) return {"no XML: " + e.body};
    const auto root = document.document_element();
    const std::string operation(expected.operation);
    const auto prefix = std::string(root.child("soapenv:Body").first_child().name()).substr(0, 4);
    EXPECT_EQ(root.attribute(("xmlns:" + prefix.substr(0, 3)).c_str()).value(), expected.name_space);
    leaves all;
    gather(root.child("soapenv:Body")
               .child((prefix + operation).c_str())
               .child((prefix + operation + "Request").c_str()),
           "",
           all);
    return all;
}

command lean_command(command_type type) {
    auto c = full_command(type);
    for (const auto& p : parameters_of(type))
        if (!p.mandatory && p.name != "display_duration") c.parameters.erase(std::string(p.name));
    return c;
}

class every_envelope : public testing::TestWithParam<expected_envelope> {};

TEST_P(every_envelope, holds_every_parameter_in_its_place) {
    const auto& p = GetParam();

    const auto e = shipped().prepare(full_command(p.type), {4049}).wire;

    EXPECT_EQ(sent(e, p), p.full);
    EXPECT_EQ(e.path, p.path);
    EXPECT_EQ(e.content_type, "text/xml; charset=utf-8");
    EXPECT_EQ(e.soap_action, std::nullopt) << "the known service was not seen to need the header";
}

TEST_P(every_envelope, has_no_element_for_an_optional_parameter_that_is_absent) {
    const auto& p = GetParam();

    EXPECT_EQ(sent(shipped().prepare(lean_command(p.type), {4049}).wire, p), p.lean);
}

TEST_P(every_envelope, is_stored_as_it_is_sent_except_for_the_pin) {
    const auto c = full_command(GetParam().type);

    auto [wire, stored] = shipped().prepare(c, {4049});

    if (c.parameters.contains("new_pin")) stored = samples::replaced(stored, "****", "4711");
    EXPECT_EQ(stored, wire.body);
}

INSTANTIATE_TEST_SUITE_P(default_binding,
                         every_envelope,
                         testing::ValuesIn(expected_envelopes),
                         [](const auto& p) { return std::string(name_of(p.param.type)); });

TEST(default_binding, has_every_envelope_in_the_table) {
    for (const auto type : shipped_commands())
        EXPECT_EQ(std::ranges::count(expected_envelopes, type, &expected_envelope::type), 1) << name_of(type);
}

TEST(default_binding, adds_cards_alone_or_boxes_alone_to_a_pairing) {
    const auto& expected = *std::ranges::find(
        expected_envelopes, command_type::add_to_existing_pairing, &expected_envelope::type);
    auto cards = full_command(expected.type);
    auto boxes = cards;
    cards.parameters.erase("stbs");
    boxes.parameters.erase("smartcards");

    EXPECT_EQ(sent(shipped().prepare(cards, {4049}).wire, expected),
              (leaves{"PairedCaClientId=01900080207", card, "CaClientIds/CaClientId=01900080208", number}));
    EXPECT_EQ(
        sent(shipped().prepare(boxes, {4049}).wire, expected),
        (leaves{"PairedCaClientId=01900080207", "PairingModuleIds/PairingModuleId=0012345678", number}));
}

} // namespace
} // namespace contego
