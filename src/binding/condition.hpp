#pragma once

#include <contego/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

/// The condition on a parameter that b:if or b:unless writes.
struct condition {
    std::optional<std::string> equals; ///< nullopt: the parameter must be present, with any value
    bool negated = false;              ///< it is b:unless

    /// Returns whether the condition holds. `v` is nullptr if the parameter is absent.
    [[nodiscard]] bool holds(const value* v) const;
};

/// Returns the text of a parameter without escapes: a text, an integer, a number or a boolean.
[[nodiscard]] std::string plain_text_of(const value& v);

} // namespace contego::wire
