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
    simulator::call call; ///< `mistake` is set if a value is missing or out of its range
};

/// Reads an envelope that was posted to a service.
///
/// Returns a fault if it is not an envelope of one of the service's operations, or if it has an element that
/// the operation lacks. The CAS judges wrong values. The character set comes from a byte order mark or the
/// XML declaration. Without these it is ISO-8859-1 if `latin` is true, and UTF-8 otherwise.
[[nodiscard]] std::variant<reading, fault>
read_envelope(const area& a, std::string_view body, bool latin = false);

/// Returns the envelope that answers a call.
[[nodiscard]] std::string write_envelope(const operation& o, const answer& a);
/// Returns the envelope of a fault.
[[nodiscard]] std::string write_envelope(const fault& f);

} // namespace contego::simulator
