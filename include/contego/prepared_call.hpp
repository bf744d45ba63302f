#pragma once

#include <contego/envelope.hpp>

#include <string>
#include <vector>

namespace contego {

/// A shared call as it is sent, and as it is stored for each of its requests.
struct prepared_call {
    envelope wire;
    /// For each request, in their order: the body of `wire` as if the request were alone in it, with every
    /// secret as `****`, and a comment with the number of requests. It is UTF-8.
    std::vector<std::string> masked;
};

} // namespace contego
