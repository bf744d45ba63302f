#pragma once

#include <contego/binding.hpp>
#include <contego/command.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace contego {

// How GoogleTest shows it in a failure.
inline std::ostream& operator<<(std::ostream& out, outcome o) {
    return out << name_of(o);
}

} // namespace contego

namespace contego::samples {

/// A complete binding of all 13 commands with names of no vendor. Commands that show something to a viewer
/// are not safe to repeat, the others are.
[[nodiscard]] std::string binding_text();

/// The text with the first `from` replaced; throws where there is none, so that no test passes for want of a
/// change.
[[nodiscard]] std::string replaced(std::string text, std::string_view from, std::string_view to);

/// The line on which `what` first stands, from 1; throws where it does not.
[[nodiscard]] std::size_t line_of(std::string_view text, std::string_view what);

/// Throws, with all that is wrong, where the text is refused.
[[nodiscard]] binding compiled(std::string_view text);

/// `line: reason` of each mistake; empty where the text compiles.
[[nodiscard]] std::vector<std::string> mistakes_in(std::string_view text);

/// The element that the command's skeleton has in its Body, as rendered.
[[nodiscard]] std::string body_of(std::string_view envelope);

/// A command of each type with every parameter that it may have.
[[nodiscard]] command full_command(command_type type);

/// The HTTP answer with that body.
[[nodiscard]] exchange answered(std::string body, int status = 200, std::string content_type = "text/xml");

/// A SOAP 1.1 envelope around the content of its Body.
[[nodiscard]] std::string soap_1_1(std::string_view body);
[[nodiscard]] std::string soap_1_2(std::string_view body);

/// A SOAP 1.1 envelope with Status, Text and Ref, and more elements beside them.
[[nodiscard]] exchange
status_answer(std::string_view status, std::string_view more = {}, int http_status = 200);

/// A command without parameters, for what depends on its type only.
inline command bare(command_type type) {
    command c;
    c.type = type;
    return c;
}

} // namespace contego::samples
