#pragma once

#include "simulator/call.hpp"

#include <string>
#include <utility>
#include <vector>

namespace contego::simulator::tests {

using numbers = std::vector<std::string>;

/// Returns a valid call, which a test changes as it needs.
inline call call_of(command_type command, numbers cards, numbers services = {}, numbers boxes = {}) {
    call c;
    c.command = command;
    c.cards = std::move(cards);
    c.services = std::move(services);
    c.boxes = std::move(boxes);
    c.sequence_number = "1";
    return c;
}

/// Returns an envelope of the simulator: `NAME` in the namespace of an area, with a request that holds
/// `fields` (prefix a).
inline std::string envelope_of(const std::string& area, const std::string& name, const std::string& fields) {
    return "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" "
           "xmlns:a=\"http://www.conax.com/cas/xsd/" +
           area + "/v1\"><e:Header/><e:Body><a:" + name + "><a:" + name + "Request>" + fields +
           "</a:" + name + "Request></a:" + name + "></e:Body></e:Envelope>";
}

/// Returns an envelope that asks which services a card may show.
inline std::string question_about(const std::string& card) {
    return envelope_of("authorization",
                       "GetActiveSubscriptions",
                       "<a:CaClientId>" + card + "</a:CaClientId><a:SequenceNumber>1</a:SequenceNumber>");
}

/// Returns an envelope that adds service 1111 to a card.
inline std::string addition_to(const std::string& card, const std::string& sequence = "1") {
    return envelope_of(
        "authorization",
        "AddSubscriptions",
        "<a:CaClientIds><a:CaClientId>" + card +
            "</a:CaClientId></a:CaClientIds><a:ServiceCaIds><a:ServiceCaId>1111</a:ServiceCaId>"
            "</a:ServiceCaIds><a:SequenceNumber>" +
            sequence + "</a:SequenceNumber>");
}

inline constexpr const char* authorization_path = "/ca-server/webservices/client/authorization";

} // namespace contego::simulator::tests
