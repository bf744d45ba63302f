#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

/// Returns the text with ASCII letters in lower case.
[[nodiscard]] std::string lower_case(std::string_view text);

/// Returns the media type in lower case: `text/xml` for `Text/XML; charset=utf-8`.
[[nodiscard]] std::string media_type_of(std::string_view content_type);

/// Returns the value of a parameter without its quotes, or an empty text if there is none. `name` is in lower
/// case.
///
/// It accepts loose spellings that servers use: blanks around `=`, quotes of either kind, and two semicolons
/// or only a blank between parameters.
[[nodiscard]] std::string parameter_of(std::string_view content_type, std::string_view name);

} // namespace contego::wire
