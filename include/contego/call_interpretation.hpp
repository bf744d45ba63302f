#pragma once

#include <contego/interpretation.hpp>

#include <string>
#include <vector>

namespace contego {

/// The meaning of an exchange for each request of a shared call.
struct call_interpretation {
    std::vector<interpretation> each; ///< in the order of the requests
    bool is_joint = true;             ///< the answer has no items, so it holds for all requests alike
    std::string stranger;             ///< a smartcard of an item that the call did not carry; often empty
};

} // namespace contego
