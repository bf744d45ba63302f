#pragma once

#include "simulator/call.hpp"
#include "simulator/operations.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace contego::simulator {

/// A SOAP 1.1 fault, sent with HTTP 500.
struct fault {
    std::string code; ///< local name: `Client`, `Server`, `Server.busy`, ...
    std::string text;

    friend bool operator==(const fault&, const fault&) = default;
};

/// An envelope that was understood.
struct reading {
    const simulator::operation* operation = nullptr;
    simulator::call call; ///< with `mistake` set where a value is missing or out of its range
};

/// Reads an envelope that was posted to a service. What is no envelope of one of its operations, or holds an
/// element that the operation does not have, is a fault; what is only wrong in its values is the CAS's
/// business. The character set is that of a byte order mark or the XML declaration; without one, ISO-8859-1
/// if `latin` and UTF-8 if not.
[[nodiscard]] std::variant<reading, fault>
read_envelope(const area& a, std::string_view body, bool latin = false);

/// The envelope that answers a call.
[[nodiscard]] std::string write_envelope(const operation& o, const answer& a);
[[nodiscard]] std::string write_envelope(const fault& f);

} // namespace contego::simulator
