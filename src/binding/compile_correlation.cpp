#include "binding/compile.hpp"
#include "binding/placeholders.hpp"
#include "binding/plain_text.hpp"

#include <algorithm>

namespace contego::wire {
namespace {

// Returns whether a name in the path has a prefix, which is a single colon outside a literal. Answers are
// searched without prefixes, so such a query would find nothing.
bool has_prefix(std::string_view path) {
    char quote = 0;
    for (std::size_t i = 0; i < path.size(); ++i) {
        const char c = path[i];
        if (quote != 0) {
            if (c == quote) quote = 0;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (c == ':') {
            if (i + 1 == path.size() || path[i + 1] != ':') return true;
            ++i;
        }
    }
    return false;
}

// Compiles one placeholder of `equals`. Returns nullopt if it is not allowed there.
std::optional<step>
expected_step(std::string_view written, std::size_t line, command_type type, formats& known) {
    const auto [name, format] = split_format(written);
    step s{.what = step::kind::sent, .text = name, .where = place::no_document};
    auto content = format_content::text;
    if (const auto sent = sent_value_of(name)) {
        if (*sent == sent_value::now) return std::nullopt;
        s.value = *sent;
    } else if (const auto found = plain_parameter(type, name)) {
        s.what = step::kind::parameter;
        content = content_of(found->kind);
    } else {
        return std::nullopt;
    }
    if (!format.empty()) s.as = known.find(format, content, name, line);
    return s;
}

skeleton compile_expected(
    source& file, std::string_view written, std::size_t line, command_type type, formats& known) {
    skeleton out;
    bool varies = false;
    for (const auto& p : split_placeholders(written)) {
        varies = varies || p.is_placeholder || !p.mistake.empty();
        if (!p.mistake.empty())
            file.mistake(line, p.mistake);
        else if (!p.is_placeholder)
            out.steps.push_back({.what = step::kind::constant, .text = p.text});
        else if (auto s = expected_step(p.text, line, type, known))
            out.steps.push_back(std::move(*s));
        else
            file.mistake(
                line,
                "equals must not hold {" + p.text +
                    "}, only {request.id}, {command.id}, {message.id}, {message.number} and mandatory "
                    "parameters of " +
                    std::string(name_of(type)) + " that are neither a list nor a PIN");
    }
    if (!varies)
        file.mistake(line, "equals needs a placeholder, since every answer would look alike without one");
    return out;
}

} // namespace

pugi::xpath_query compile_query(source& file, pugi::xml_node element, const char* attribute) {
    const auto written = element.attribute(attribute);
    const std::string_view path = written.value();
    if (path.empty()) return {};
    const auto where = "the XPath " + std::string(path);
    if (has_prefix(path)) {
        file.mistake(file.line_of(written),
                     where + " has a namespace prefix; remove it, since names are matched without prefixes");
        return {};
    }
    try {
        return pugi::xpath_query(written.value());
    } catch (const pugi::xpath_exception& e) {
        file.mistake(file.line_of(written), where + " does not compile: " + e.what());
        return {};
    }
}

correlation compile_correlation(source& file, pugi::xml_node element, command_type type, formats& known) {
    correlation out;
    out.line = file.line_of(element);
    file.allow_attributes(element, {"at", "equals", "absent"});
    for (const auto child : file.children(element))
        file.unknown_element(child);
    if (file.required(element, "at")) out.at = compile_query(file, element, "at");
    if (const auto equals = file.required(element, "equals"))
        out.equals = compile_expected(file, *equals, file.line_of(element.attribute("equals")), type, known);
    const auto absent = element.attribute("absent");
    const std::string_view rule = absent.value();
    out.may_be_absent = rule == "accept";
    if (absent && rule != "accept" && rule != "hold")
        file.mistake(file.line_of(absent), "absent must be hold or accept, not '" + std::string(rule) + "'");
    return out;
}

} // namespace contego::wire
