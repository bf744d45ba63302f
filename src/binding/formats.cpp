#include "binding/formats.hpp"

#include <algorithm>
#include <array>

namespace contego::wire {
namespace {

constexpr std::array text_attributes{"cut-first", "cut-last", "pad"};

bool is_text_format(pugi::xml_node element) {
    return std::ranges::any_of(text_attributes, [&](const char* a) { return !element.attribute(a).empty(); });
}

std::string_view content_name(format_content c) {
    return c == format_content::time ? "a time" : c == format_content::number ? "a number" : "a text";
}

} // namespace

void formats::add(pugi::xml_node element) {
    const std::string name(file_.required(element, "name").value_or(""));
    if (name.empty()) return;
    if (all_.contains(name)) {
        file_.mistake(element, "the format " + name + " appears twice");
        return;
    }
    format_pointer made;
    if (element.attribute("time"))
        made = make_time_format(file_, element, name);
    else if (element.attribute("divide"))
        made = make_unit_format(file_, element, name);
    else if (is_text_format(element))
        made = make_text_format(file_, element, name);
    else if (element.first_child())
        made = make_table_format(file_, element, name);
    else
        file_.mistake(element,
                      "the format " + name + " needs time, divide, pad, cut-first, cut-last or elements row");
    all_.emplace(name, std::move(made));
}

format_pointer formats::look_up(std::string_view name, std::size_t line) {
    const auto found = all_.find(name);
    if (found != all_.end()) return found->second;
    std::string known;
    for (const auto& one : all_)
        (known += known.empty() ? "" : ", ") += one.first;
    file_.mistake(
        line, "there is no format " + std::string(name) + "; there are " + (known.empty() ? "none" : known));
    return nullptr;
}

format_pointer
formats::find(std::string_view name, format_content content, std::string_view value, std::size_t line) {
    auto found = look_up(name, line);
    if (!found || found->takes(content)) return found;
    file_.mistake(line,
                  "the format " + std::string(name) + " cannot write " + std::string(value) + ", which is " +
                      std::string(content_name(content)));
    return nullptr;
}

format_pointer formats::find_to_read(std::string_view name, std::size_t line) {
    auto found = look_up(name, line);
    if (!found) return nullptr;
    const auto why = found->why_not_undone();
    if (why.empty()) return found;
    file_.mistake(line,
                  "the format " + std::string(name) + " cannot turn an answer back into our value: " + why);
    return nullptr;
}

format_content content_of(parameter_kind kind) {
    switch (kind) {
    case parameter_kind::date:
        return format_content::time;
    case parameter_kind::duration:
    case parameter_kind::count:
    case parameter_kind::interval:
    case parameter_kind::position:
    case parameter_kind::height:
    case parameter_kind::slot:
        return format_content::number;
    default:
        return format_content::text;
    }
}

formatted_name split_format(std::string_view placeholder) {
    const auto colon = placeholder.find(':');
    if (colon == std::string_view::npos) return {.name = std::string(placeholder), .format = {}};
    return {.name = std::string(placeholder.substr(0, colon)),
            .format = std::string(placeholder.substr(colon + 1))};
}

} // namespace contego::wire
