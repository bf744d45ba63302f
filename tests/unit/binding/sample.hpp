#pragma once

#include <contego/binding.hpp>
#include <contego/command.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace contego {

// This shows the value in a failure of GoogleTest.
inline std::ostream& operator<<(std::ostream& out, outcome o) {
    return out << name_of(o);
}

} // namespace contego

namespace contego::samples {

/// Returns a complete binding of all 13 commands with names of no vendor. Commands that show something to a
/// viewer are not safe to repeat; the others are.
[[nodiscard]] std::string binding_text();

/// Returns the text with the first `from` replaced. Throws if there is none, so that no test passes without
/// its change.
[[nodiscard]] std::string replaced(std::string text, std::string_view from, std::string_view to);

/// Returns the first line with `what`, counted from 1. Throws if there is none.
[[nodiscard]] std::size_t line_of(std::string_view text, std::string_view what);

/// Compiles the text. Throws with all mistakes if there is any.
[[nodiscard]] binding compiled(std::string_view text);

/// Returns `line: reason` for each mistake. Empty if the text compiles.
[[nodiscard]] std::vector<std::string> mistakes_in(std::string_view text);

/// Returns the element that the command's skeleton has in its Body, as rendered.
[[nodiscard]] std::string body_of(std::string_view envelope);

/// Returns a command of this type with every parameter that it may have.
[[nodiscard]] command full_command(command_type type);

/// Returns the HTTP answer with this body.
[[nodiscard]] exchange answered(std::string body, int status = 200, std::string content_type = "text/xml");

/// Returns a SOAP 1.1 envelope around the content of its Body.
[[nodiscard]] std::string soap_1_1(std::string_view body);
[[nodiscard]] std::string soap_1_2(std::string_view body);

/// Returns a SOAP 1.1 envelope with Status, Text and Ref, followed by the elements in `more`.
[[nodiscard]] exchange
status_answer(std::string_view status, std::string_view more = {}, int http_status = 200);

/// Returns a command without parameters, for functions that use only its type.
inline command bare(command_type type) {
    command c;
    c.type = type;
    return c;
}

} // namespace contego::samples
