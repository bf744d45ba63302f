#pragma once

#include "binding/skeleton.hpp"

#include <string>

namespace contego::wire {

/// An HTTP header that the binding file adds to a command.
struct compiled_header {
    std::string name;
    skeleton value;
};

} // namespace contego::wire
