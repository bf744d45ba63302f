#include "envelopes.hpp"

namespace contego::simulator::tests {
namespace {

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

TEST(soap_read, both_queries_about_a_pairing_are_read) {
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
