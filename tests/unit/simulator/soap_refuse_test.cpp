#include "envelopes.hpp"

namespace contego::simulator::tests {
namespace {

TEST(soap_refuse, a_value_out_of_its_range_is_a_mistake_that_names_the_element) {
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

TEST(soap_refuse, the_length_of_a_message_is_counted_in_characters) {
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

TEST(soap_refuse, a_wrong_pin_is_not_repeated_in_the_complaint) {
    EXPECT_EQ(mistake_in("pin", "UpdateCaPinToGivenValue", clients + "<a:NewPin>47110</a:NewPin>" + sequence),
              "NewPin must be digits");
}

TEST(soap_refuse, an_element_that_the_operation_lacks_cannot_be_parsed) {
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

TEST(soap_refuse, a_body_that_is_not_an_envelope_cannot_be_parsed) {
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

TEST(soap_refuse, an_operation_of_another_area_is_the_clients_mistake) {
    const auto r = read_envelope(area_named("pairing"), question_about("0100"));

    EXPECT_EQ(std::get<fault>(r).code, "Client");
}

} // namespace
} // namespace contego::simulator::tests
