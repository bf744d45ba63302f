#include "calls.hpp"
#include "simulator/soap.hpp"

#include <gtest/gtest.h>

namespace contego::simulator::tests {
namespace {

const std::string clients =
    "<a:CaClientIds><a:CaClientId>0100</a:CaClientId><a:CaClientId>0200</a:CaClientId></a:CaClientIds>";
const std::string modules =
    "<a:PairingModuleIds><a:PairingModuleId>0011</a:PairingModuleId></a:PairingModuleIds>";
const std::string services = "<a:ServiceCaIds><a:ServiceCaId>1111</a:ServiceCaId></a:ServiceCaIds>";
const std::string client = "<a:CaClientId>0100</a:CaClientId>";
const std::string duration = "<a:DisplayDurationInSeconds>20</a:DisplayDurationInSeconds>";
const std::string message = "<a:Message>Hello &amp; &lt;you></a:Message>";
const std::string sequence = "<a:SequenceNumber>42</a:SequenceNumber>";

const area& area_named(std::string_view name) {
    for (const auto& a : areas())
        if (a.name == name) return a;
    throw std::invalid_argument(std::string(name));
}

std::variant<reading, fault>
read(const std::string& area, const std::string& name, const std::string& fields) {
    return read_envelope(area_named(area), envelope_of(area, name, fields));
}

/// The call of an envelope that is expected to be understood.
call call_in(const std::string& area, const std::string& name, const std::string& fields) {
    auto r = read(area, name, fields);
    if (const auto* f = std::get_if<fault>(&r)) {
        ADD_FAILURE() << f->text;
        return {};
    }
    return std::get<reading>(r).call;
}

std::string mistake_in(const std::string& area, const std::string& name, const std::string& fields) {
    return call_in(area, name, fields).mistake;
}

TEST(soap_read, add_subscriptions_is_read_with_its_window) {
    const auto c = call_in("authorization",
                           "AddSubscriptions",
                           clients + services +
                               "<a:StartTime>2030-01-01T00:00:00Z</a:StartTime>"
                               "<a:EndTime>2031-01-01T00:00:00+02:00</a:EndTime>" +
                               sequence);

    EXPECT_EQ(c.command, command_type::add_subscriptions);
    EXPECT_EQ(c.cards, (numbers{"0100", "0200"}));
    EXPECT_EQ(c.services, numbers{"1111"});
    EXPECT_EQ(c.start, "2030-01-01T00:00:00Z");
    EXPECT_EQ(c.end, "2031-01-01T00:00:00+02:00");
    EXPECT_EQ(c.sequence_number, "42");
    EXPECT_EQ(c.mistake, "");
}

TEST(soap_read, cancel_subscriptions_is_read) {
    const auto c = call_in("authorization", "CancelSubscriptions", clients + services + sequence);

    EXPECT_EQ(c.command, command_type::cancel_subscriptions);
    EXPECT_EQ(c.services, numbers{"1111"});
    EXPECT_EQ(c.mistake, "");
}

TEST(soap_read, get_active_subscriptions_is_read) {
    const auto c = call_in("authorization", "GetActiveSubscriptions", client + sequence);

    EXPECT_EQ(c.command, command_type::get_active_subscriptions);
    EXPECT_EQ(c.cards, numbers{"0100"});
    EXPECT_EQ(c.mistake, "");
}

TEST(soap_read, create_pairing_is_read) {
    const auto c = call_in("pairing", "CreatePairing", clients + modules + sequence);

    EXPECT_EQ(c.command, command_type::create_pairing);
    EXPECT_EQ(c.boxes, numbers{"0011"});
    EXPECT_EQ(c.mistake, "");
}

TEST(soap_read, add_to_existing_pairing_is_read_with_cards_with_boxes_or_with_both) {
    const std::string paired = "<a:PairedCaClientId>0300</a:PairedCaClientId>";

    const auto both = call_in("pairing", "AddToExistingPairing", paired + clients + modules + sequence);
    EXPECT_EQ(both.command, command_type::add_to_existing_pairing);
    EXPECT_EQ(both.paired_card, "0300");
    EXPECT_EQ(both.cards, (numbers{"0100", "0200"}));
    EXPECT_EQ(both.boxes, numbers{"0011"});

    EXPECT_EQ(mistake_in("pairing", "AddToExistingPairing", paired + clients + sequence), "");
    EXPECT_EQ(mistake_in("pairing", "AddToExistingPairing", paired + modules + sequence), "");
    EXPECT_EQ(mistake_in("pairing", "AddToExistingPairing", paired + sequence),
              "CaClientIds or PairingModuleIds must be given");
}

TEST(soap_read, both_questions_about_a_pairing_are_read) {
    const auto card = call_in("pairing", "GetPairingStatusForCard", client + sequence);
    EXPECT_EQ(card.command, command_type::get_pairing_status_for_card);
    EXPECT_EQ(card.cards, numbers{"0100"});

    const auto box = call_in("pairing",
                             "GetPairingStatusForPairingModule",
                             "<a:PairingModuleId>0011</a:PairingModuleId>" + sequence);
    EXPECT_EQ(box.command, command_type::get_pairing_status_for_pairing_module);
    EXPECT_EQ(box.boxes, numbers{"0011"});
}

TEST(soap_read, send_mail_message_to_clients_is_read) {
    const auto c = call_in(
        "user-text-messaging",
        "SendMailMessageToClients",
        clients + message + "<a:StartIndicationTime>2030-01-01T00:00:00Z</a:StartIndicationTime>" + sequence);

    EXPECT_EQ(c.command, command_type::send_mail_message_to_client);
    EXPECT_EQ(c.message, "Hello & <you>");
    EXPECT_EQ(c.start, "2030-01-01T00:00:00Z");
    EXPECT_EQ(c.mistake, "");
}

TEST(soap_read, send_bark_message_to_clients_is_read) {
    const auto c =
        call_in("user-text-messaging", "SendBarkMessageToClients", clients + message + duration + sequence);

    EXPECT_EQ(c.command, command_type::send_bark_message_to_client);
    EXPECT_EQ(c.duration, 20);
    EXPECT_EQ(c.mistake, "");
}

TEST(soap_read, send_repeating_bark_message_to_clients_is_read) {
    const auto c = call_in("user-text-messaging",
                           "SendRepeatingBarkMessageToClients",
                           clients + message + duration +
                               "<a:RepetitionCount>3</a:RepetitionCount>"
                               "<a:RepetitionIntervalInSeconds>110</a:RepetitionIntervalInSeconds>" +
                               sequence);

    EXPECT_EQ(c.command, command_type::send_repeating_bark_message_to_client);
    EXPECT_EQ(c.count, 3);
    EXPECT_EQ(c.interval, 110);
    EXPECT_EQ(c.mistake, "");
}

TEST(soap_read, display_fingerprint_on_clients_is_read) {
    const auto c =
        call_in("fingerprint",
                "DisplayFingerprintOnClients",
                clients + "<a:DisplayTime>2030-01-01T00:00:00Z</a:DisplayTime>" + duration +
                    "<a:PositionX>0</a:PositionX><a:PositionY>65535</a:PositionY><a:Height>3</a:Height>"
                    "<a:FingerprintSlot>255</a:FingerprintSlot>" +
                    sequence);

    EXPECT_EQ(c.command, command_type::display_fingerprint);
    EXPECT_EQ(c.start, "2030-01-01T00:00:00Z");
    EXPECT_EQ(c.x, 0);
    EXPECT_EQ(c.y, 65535);
    EXPECT_EQ(c.height, 3);
    EXPECT_EQ(c.slot, 255);
    EXPECT_EQ(c.mistake, "");
}

TEST(soap_read, both_pin_updates_are_read) {
    const auto to_default = call_in("pin", "UpdateCaPinToDefaultValue", clients + sequence);
    EXPECT_EQ(to_default.command, command_type::update_ca_pin_to_default_value);
    EXPECT_EQ(to_default.mistake, "");

    const auto given =
        call_in("pin", "UpdateCaPinToGivenValue", clients + "<a:NewPin>0471</a:NewPin>" + sequence);
    EXPECT_EQ(given.command, command_type::update_ca_pin_to_given_value);
    EXPECT_EQ(given.pin, "0471");
    EXPECT_EQ(given.mistake, "");
}

TEST(soap_read, a_value_out_of_its_range_is_a_mistake_that_names_the_element) {
    const auto add = [](const std::string& fields) {
        return mistake_in("authorization", "AddSubscriptions", fields);
    };

    EXPECT_EQ(add(clients + sequence), "ServiceCaIds is missing");
    EXPECT_EQ(add("<a:CaClientIds/>" + services + sequence), "CaClientIds must hold at least one CaClientId");
    EXPECT_EQ(add("<a:CaClientIds><a:CaClientId>01x</a:CaClientId></a:CaClientIds>" + services + sequence),
              "CaClientIds must be 1 to 20 digits");
    EXPECT_EQ(add(clients + services + "<a:EndTime>soon</a:EndTime>" + sequence),
              "EndTime must be a date and time");
    EXPECT_EQ(add(clients + services + "<a:StartTime>2030-01-01T00:00:00Z</a:StartTime>" +
                  "<a:EndTime>2030-01-01T00:00:00Z</a:EndTime>" + sequence),
              "EndTime must be after StartTime");
    EXPECT_EQ(add(clients + services + "<a:SequenceNumber>x</a:SequenceNumber>"),
              "SequenceNumber must be digits");
    EXPECT_EQ(mistake_in("user-text-messaging",
                         "SendRepeatingBarkMessageToClients",
                         clients + message + duration +
                             "<a:RepetitionCount>3</a:RepetitionCount>"
                             "<a:RepetitionIntervalInSeconds>15</a:RepetitionIntervalInSeconds>" +
                             sequence),
              "RepetitionIntervalInSeconds must be 10 to 2550 in steps of 10");
}

TEST(soap_read, the_length_of_a_message_is_counted_in_characters) {
    const auto bark = [](const std::string& text) {
        return mistake_in("user-text-messaging",
                          "SendBarkMessageToClients",
                          clients + "<a:Message>" + text + "</a:Message>" + duration + sequence);
    };
    std::string longest;
    for (int n = 0; n < 129; ++n)
        longest += "\xc3\xa9";

    EXPECT_EQ(bark(longest), "");
    EXPECT_EQ(bark(longest + "e"), "Message must be 1 to 129 characters");
    EXPECT_EQ(bark(""), "Message must be 1 to 129 characters");
    EXPECT_EQ(bark(" "), "");
}

TEST(soap_read, a_wrong_pin_is_not_repeated_in_the_complaint) {
    EXPECT_EQ(mistake_in("pin", "UpdateCaPinToGivenValue", clients + "<a:NewPin>47110</a:NewPin>" + sequence),
              "NewPin must be digits");
}

TEST(soap_read, an_element_that_is_not_of_the_operation_cannot_be_parsed) {
    const fault unreadable{"Server", "Couldn't parse stream."};

    EXPECT_EQ(
        std::get<fault>(read("authorization", "GetActiveSubscriptions", client + sequence + "<a:More/>")),
        unreadable);
    EXPECT_EQ(std::get<fault>(read("authorization", "GetActiveSubscriptions", sequence + client)),
              unreadable);
    EXPECT_EQ(std::get<fault>(read(
                  "authorization", "GetActiveSubscriptions", "<CaClientId>0100</CaClientId>" + sequence)),
              unreadable);
    EXPECT_EQ(std::get<fault>(read("authorization",
                                   "GetActiveSubscriptions",
                                   "<a:CaClientId><a:Deep/></a:CaClientId>" + sequence)),
              unreadable);
}

TEST(soap_read, what_is_no_envelope_cannot_be_parsed) {
    const fault unreadable{"Server", "Couldn't parse stream."};
    const auto& a = area_named("authorization");

    for (const auto* body :
         {"",
          "no XML",
          "<a>",
          "<Envelope><Body/></Envelope>",
          "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body/></e:Envelope>"}) {
        const auto r = read_envelope(a, body);
        ASSERT_TRUE(std::holds_alternative<fault>(r)) << body;
        EXPECT_EQ(std::get<fault>(r), unreadable) << body;
    }
    const auto with_type = "<!DOCTYPE x [<!ENTITY y 'z'>]>" + question_about("0100");
    EXPECT_EQ(std::get<fault>(read_envelope(a, with_type)), unreadable);
}

TEST(soap_read, an_operation_of_another_area_is_the_clients_mistake) {
    const auto r = read_envelope(area_named("pairing"), question_about("0100"));

    EXPECT_EQ(std::get<fault>(r).code, "Client");
}

TEST(soap_read, an_iso_8859_1_body_is_read_by_its_declaration_or_by_the_header) {
    const auto body = envelope_of("user-text-messaging",
                                  "SendMailMessageToClients",
                                  clients + "<a:Message>\xe9</a:Message>" + sequence);
    const auto& a = area_named("user-text-messaging");

    const auto by_header = read_envelope(a, body, true);
    const auto by_declaration = read_envelope(a, R"(<?xml version="1.0" encoding="ISO-8859-1"?>)" + body);

    EXPECT_EQ(std::get<reading>(by_header).call.message, "\xc3\xa9");
    EXPECT_EQ(std::get<reading>(by_declaration).call.message, "\xc3\xa9");
}

TEST(soap_read, namespaces_count_and_prefixes_do_not) {
    const std::string body =
        R"(<Envelope xmlns="http://schemas.xmlsoap.org/soap/envelope/"><Body>)"
        R"(<GetActiveSubscriptions xmlns="http://www.conax.com/cas/xsd/authorization/v1">)"
        R"(<GetActiveSubscriptionsRequest><CaClientId>0100</CaClientId><SequenceNumber>1</SequenceNumber>)"
        R"(</GetActiveSubscriptionsRequest></GetActiveSubscriptions></Body></Envelope>)";

    const auto r = read_envelope(area_named("authorization"), body);

    ASSERT_TRUE(std::holds_alternative<reading>(r));
    EXPECT_EQ(std::get<reading>(r).call.cards, numbers{"0100"});
}

} // namespace
} // namespace contego::simulator::tests
