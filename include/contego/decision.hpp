#pragma once

#include <cstddef>
#include <string_view>

namespace contego {

/// The rule that decided the outcome of a reply.
struct decision {
    std::string_view rule{}; ///< a part of a sentence, such as `the row of this status`; static text
    /// The line of the binding file with the row, or else with the `reply` element to which a row can be
    /// added.
    std::size_t line = 0;

    friend bool operator==(const decision&, const decision&) = default;
};

} // namespace contego
