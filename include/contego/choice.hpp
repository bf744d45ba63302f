#pragma once

#include <contego/command_type.hpp>

#include <set>
#include <string>

namespace contego {

/// The values of a parameter for which the binding file has a row. A request with another value is refused.
struct choice {
    command_type type{};
    std::string list; ///< the list whose items have the parameter; empty: the command itself has it
    std::string parameter;
    std::string table; ///< the name of the format
    std::set<std::string> values;

    friend bool operator==(const choice&, const choice&) = default;
};

} // namespace contego
