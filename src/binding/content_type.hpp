#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

/// ASCII letters only.
[[nodiscard]] std::string lower_case(std::string_view text);

/// `text/xml` of `Text/XML; charset=utf-8`.
[[nodiscard]] std::string media_type_of(std::string_view content_type);

/// The parameter of that (lower case) name, unquoted; empty where there is none.
[[nodiscard]] std::string parameter_of(std::string_view content_type, std::string_view name);

/// One part of a multipart body. Views into it.
struct part {
    std::string_view content_type;
    std::string_view body;
};

/// The root part of a multipart/related body (SOAP with attachments, MTOM): the one that `start` names, else
/// the first. Nothing where the body is not cut as its Content-Type says, or the part is transfer-encoded.
[[nodiscard]] std::optional<part> root_part(std::string_view content_type, std::string_view body);

} // namespace contego::wire
