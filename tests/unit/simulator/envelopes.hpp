#pragma once

#include "calls.hpp"
#include "simulator/soap.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <variant>

namespace contego::simulator::tests {

/// Fields of requests, as `envelope_of` takes them.
inline const std::string clients =
    "<a:CaClientIds><a:CaClientId>0100</a:CaClientId><a:CaClientId>0200</a:CaClientId></a:CaClientIds>";
inline const std::string modules =
    "<a:PairingModuleIds><a:PairingModuleId>0011</a:PairingModuleId></a:PairingModuleIds>";
inline const std::string services = "<a:ServiceCaIds><a:ServiceCaId>1111</a:ServiceCaId></a:ServiceCaIds>";
inline const std::string client = "<a:CaClientId>0100</a:CaClientId>";
inline const std::string duration = "<a:DisplayDurationInSeconds>20</a:DisplayDurationInSeconds>";
inline const std::string message = "<a:Message>Hello &amp; &lt;you></a:Message>";
inline const std::string sequence = "<a:SequenceNumber>42</a:SequenceNumber>";

inline const area& area_named(std::string_view name) {
    for (const auto& a : areas())
        if (a.name == name) return a;
    throw std::invalid_argument(std::string(name));
}

inline std::variant<reading, fault>
read(const std::string& area, const std::string& name, const std::string& fields) {
    return read_envelope(area_named(area), envelope_of(area, name, fields));
}

/// Returns the call of an envelope that must be understood.
inline call call_in(const std::string& area, const std::string& name, const std::string& fields) {
    auto r = read(area, name, fields);
    if (const auto* f = std::get_if<fault>(&r)) {
        ADD_FAILURE() << f->text;
        return {};
    }
    return std::get<reading>(r).call;
}

inline std::string mistake_in(const std::string& area, const std::string& name, const std::string& fields) {
    return call_in(area, name, fields).mistake;
}

} // namespace contego::simulator::tests
