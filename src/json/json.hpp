#pragma once

#include <contego/value.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace contego::json {

/// The text is no JSON. what() names the line, the column and what was expected.
struct parse_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The document as a value. With `comments`, `//` and `/* */` are white space. Integers beyond 64 bits become
/// reals. Throws parse_error.
[[nodiscard]] value parse(std::string_view text, bool comments = false);

/// Compact JSON in UTF-8, members in the order of their names; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string write(const value& v);

/// The same, indented by two spaces, for people.
[[nodiscard]] std::string write_indented(const value& v);

} // namespace contego::json
