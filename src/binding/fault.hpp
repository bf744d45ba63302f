#pragma once

#include "binding/outcome_table.hpp"

#include <pugixml.hpp>

#include <string>

namespace contego::wire {

/// A SOAP fault of either version.
struct fault {
    fault_code code;
    bool foreign = false; ///< the code is in a namespace other than SOAP's
    std::string name;     ///< `Server` or `Server.subcode`, for people and for error codes
    std::string text;     ///< the fault string, or the reason
    std::string detail;   ///< all text in the detail
};

/// Reads a Fault element whose names still have their prefixes.
[[nodiscard]] fault read_fault(pugi::xml_node element);

} // namespace contego::wire
