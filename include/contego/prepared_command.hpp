#pragma once

#include <contego/envelope.hpp>

#include <string>

namespace contego {

/// A command as it is sent and as it is stored.
struct prepared_command {
    envelope wire;
    /// The body of `wire` with every secret as `****`. It is UTF-8, also if the wire has another character
    /// set.
    std::string masked;
};

} // namespace contego
