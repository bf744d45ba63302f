#pragma once

#include <contego/value.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace contego::json {

/// The most lists and objects that may stand one inside the other. Everything that walks a value calls itself
/// for each level, so the depth is bounded before there is a value.
inline constexpr std::size_t most_levels = 32;

/// The text is no JSON, or is nested too deep. what() names the line, the column and what was expected; it
/// never quotes the text, which may hold a secret.
struct parse_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Who wrote a text.
enum class author {
    program,
    person, ///< `//` and `/* */` are white space; a name that stands twice in one object is a mistake
};

/// The document as a value. Integers beyond 64 bits become reals. Of members with the same name the last one
/// counts, if a program wrote them. Throws parse_error.
[[nodiscard]] value parse(std::string_view text, author by = author::program);

/// Compact JSON in UTF-8, members in the order of their names; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string write(const value& v);

/// The same, indented by two spaces, for people.
[[nodiscard]] std::string write_indented(const value& v);

} // namespace contego::json
