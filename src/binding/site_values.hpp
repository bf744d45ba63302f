#pragma once

#include "binding/site_secrets.hpp"

#include <string>

namespace contego::wire {

/// The site for which a binding renders.
struct site_values {
    site_secrets secrets;
    std::string endpoint; ///< URL without the path of a command
};

} // namespace contego::wire
