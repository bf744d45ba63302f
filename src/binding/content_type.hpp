#pragma once

#include <string>
#include <string_view>

namespace contego::wire {

/// ASCII letters only.
[[nodiscard]] std::string lower_case(std::string_view text);

/// `text/xml` of `Text/XML; charset=utf-8`.
[[nodiscard]] std::string media_type_of(std::string_view content_type);

/// The parameter of that (lower case) name, without its quotes; empty if there is none. Servers write
/// parameters loosely: blanks around the `=`, quotes of either kind, two semicolons or only a blank between
/// two parameters are read too.
[[nodiscard]] std::string parameter_of(std::string_view content_type, std::string_view name);

} // namespace contego::wire
