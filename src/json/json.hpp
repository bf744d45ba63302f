#pragma once

#include <contego/value.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace contego::json {

/// The deepest nesting of lists and objects. Every function that walks a value calls itself for each level,
/// so the depth is bounded before a value exists.
inline constexpr std::size_t most_levels = 32;

/// Thrown if the text is not JSON, or is nested too deep. The message names line, column and the expected
/// token. It never quotes the text, which may hold a secret.
struct parse_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The author of a text.
enum class author {
    program,
    person, ///< `//` and `/* */` are white space; a name that appears twice in one object is a mistake
};

/// Returns the document as a value. Integers beyond 64 bits become reals. If a program wrote several members
/// with the same name, the last one counts. Throws parse_error.
[[nodiscard]] value parse(std::string_view text, author by = author::program);

/// Returns compact JSON in UTF-8, with members in the order of their names. Bytes that are not UTF-8 become
/// U+FFFD.
[[nodiscard]] std::string write(const value& v);

/// Returns the same, indented by two spaces, for people.
[[nodiscard]] std::string write_indented(const value& v);

} // namespace contego::json
