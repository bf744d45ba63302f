#include "binding/compile.hpp"
#include "binding/content_type.hpp"
#include "binding/plain_text.hpp"

#include <algorithm>
#include <array>

namespace contego::wire {
namespace {

// Headers that contegod sends by itself, and headers that belong to the connection.
constexpr std::array reserved{"connection",
                              "content-length",
                              "content-type",
                              "expect",
                              "host",
                              "keep-alive",
                              "soapaction",
                              "te",
                              "trailer",
                              "transfer-encoding",
                              "upgrade",
                              "user-agent"};

// Returns whether the text is a token of HTTP.
bool is_header_name(std::string_view name) {
    constexpr std::string_view others = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               others.find(c) != std::string_view::npos;
    });
}

} // namespace

compiled_header
compile_header(source& file, pugi::xml_node element, call_kind call, formats& known, digests& all) {
    file.allow_attributes(element, {"name", "value"});
    for (const auto child : file.children(element))
        file.unknown_element(child);
    compiled_header out;
    out.name = file.required(element, "name").value_or("X");
    if (!is_header_name(out.name))
        file.mistake(element, "'" + out.name + "' cannot be the name of an HTTP header");
    else if (std::ranges::find(reserved, lower_case(out.name)) != reserved.end())
        file.mistake(element, "the header " + out.name + " is set by contegod and cannot be set here");
    if (!element.attribute("value")) file.mistake(element, "header needs the attribute value");
    out.value = compile_plain_text(file,
                                   element.attribute("value").value(),
                                   file.line_of(element),
                                   {.call = call, .formats = known, .digests = &all, .in_header = true});
    return out;
}

} // namespace contego::wire
