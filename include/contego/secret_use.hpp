#pragma once

#include <cstddef>

namespace contego {

/// The use of a secret in a binding file.
struct secret_use {
    std::size_t line = 0;   ///< the first line that uses it
    bool in_header = false; ///< an HTTP header carries it, so its value must be printable ASCII

    friend bool operator==(const secret_use&, const secret_use&) = default;
};

} // namespace contego
