#include "binding/compile.hpp"
#include "binding/content_type.hpp"
#include "binding/namespaces.hpp"
#include "binding/placeholders.hpp"

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

bool is_printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

class header_compiler {
public:
    header_compiler(source& file, command_type type, formats& known)
        : file_(file), type_(type), formats_(known) {}

    compiled_header compile(pugi::xml_node element) {
        file_.allow_attributes(element, {"name", "value"});
        for (const auto child : file_.children(element))
            file_.unknown_element(child);
        compiled_header out;
        out.name = file_.required(element, "name").value_or("X");
        const auto line = file_.line_of(element);
        if (!is_header_name(out.name))
            file_.mistake(line, "'" + out.name + "' cannot be the name of an HTTP header");
        else if (std::ranges::find(reserved, lower_case(out.name)) != reserved.end())
            file_.mistake(line, "the header " + out.name + " is set by contegod and cannot be set here");
        const auto value = element.attribute("value");
        if (!value) file_.mistake(line, "header needs the attribute value");
        for (const auto& p : split_placeholders(value.value())) {
            if (!p.mistake.empty())
                file_.mistake(line, p.mistake);
            else if (p.is_placeholder)
                placeholder(out.value, p.text, line);
            else if (is_printable(p.text))
                out.value.steps.push_back({.what = step::kind::constant, .text = p.text});
            else
                file_.mistake(line, "the value of a header must be printable ASCII");
        }
        return out;
    }

private:
    void placeholder(skeleton& out, std::string_view written, std::size_t line) {
        if (const auto secret = secret_in(file_, written, line)) {
            file_.use_secret(*secret, line).in_header = true;
            out.steps.push_back({.what = step::kind::secret, .text = *secret, .where = place::no_document});
            return;
        }
        const auto [name, format] = split_format(written);
        step s{.what = step::kind::sent, .text = name, .where = place::no_document};
        if (const auto sent = sent_value_of(name)) {
            s.value = *sent;
            if (*sent == sent_value::now && !format.empty())
                s.as = formats_.find(format, format_content::time, name, line);
        } else if (const auto found = plain_parameter(type_, name);
                   found && found->kind != parameter_kind::message) {
            s.what = step::kind::parameter;
        } else {
            refuse(written, line);
            return;
        }
        if (!format.empty() && (s.what != step::kind::sent || s.value != sent_value::now))
            file_.mistake(line, "in a header, only {now} can have a format");
        out.steps.push_back(std::move(s));
    }

    void refuse(std::string_view written, std::size_t line) {
        file_.mistake(line,
                      "a header must not hold {" + std::string(written) + "}, only " + sent_value_names() +
                          ", secret.NAME and mandatory parameters of " + std::string(name_of(type_)) +
                          " that are neither a list nor a PIN nor a message");
    }

    source& file_;
    command_type type_;
    formats& formats_;
};

} // namespace

compiled_header compile_header(source& file, pugi::xml_node element, command_type type, formats& known) {
    return header_compiler(file, type, known).compile(element);
}

} // namespace contego::wire
