#include "binding/extract.hpp"

#include "binding/content_type.hpp"
#include "binding/namespaces.hpp"
#include "binding/utf_8.hpp"

#include <charconv>

namespace contego::wire {
namespace {

bool is_nil(pugi::xml_node node) {
    for (const auto attribute : node.attributes())
        if (local_of(attribute.name()) == "nil") return attribute.as_bool();
    return false;
}

std::string text_found(const pugi::xpath_node& found) {
    const auto text = found.attribute() ? std::string(found.attribute().value()) : text_of(found.node());
    return cleaned(trimmed(text));
}

// The forms of xs:boolean, in either case: SOAP stacks older than the schema write TRUE.
value boolean_of(std::string_view text) {
    const auto lower = lower_case(text);
    if (lower == "true" || lower == "1") return true;
    if (lower == "false" || lower == "0") return false;
    return {};
}

value integer_of(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::int64_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc() || end != text.data() + text.size()) return {};
    return n;
}

// Null where the text is none of that type.
value typed(value_type type, std::string_view text) {
    switch (type) {
    case value_type::boolean:
        return boolean_of(text);
    case value_type::integer:
        return integer_of(text);
    case value_type::text:
        break;
    }
    return text;
}

std::string complaint(const value_extractor& v, std::string_view text) {
    const auto* const expected = v.type == value_type::boolean ? "boolean" : "integer";
    return "the answer's " + v.name + " is no " + expected + ": '" + std::string(shortened(text, 60)) + "'";
}

// The first value that cannot be read is enough to call the answer unreadable.
value::object
members_at(const std::vector<value_extractor>& values, pugi::xml_node at, std::string& unreadable) {
    value::object members;
    for (const auto& v : values) {
        const auto text = text_at(v.at, at);
        if (!text) continue;
        auto& member = members[v.name];
        member = typed(v.type, *text);
        if (member.is_null() && unreadable.empty()) unreadable = complaint(v, *text);
    }
    return members;
}

value::list items_at(const list_extractor& l, pugi::xml_node at, std::string& unreadable) {
    value::list items;
    for (const auto& found : l.at.evaluate_node_set(at)) {
        if (l.values.empty())
            items.emplace_back(text_found(found));
        else
            items.emplace_back(members_at(l.values, found.node(), unreadable));
    }
    return items;
}

} // namespace

std::optional<std::string> text_at(const pugi::xpath_query& query, pugi::xml_node at) {
    if (!query) return std::nullopt;
    if (query.return_type() != pugi::xpath_type_node_set) return cleaned(trimmed(query.evaluate_string(at)));
    const auto found = query.evaluate_node(at);
    if (!found || is_nil(found.node())) return std::nullopt;
    return text_found(found);
}

extracted extract(const extractor& e, pugi::xml_node answer) {
    extracted out;
    if (e.values.empty() && e.lists.empty()) return out;
    auto members = members_at(e.values, answer, out.unreadable);
    for (const auto& l : e.lists)
        members.insert_or_assign(l.name, items_at(l, answer, out.unreadable));
    if (out.unreadable.empty() && e.must_tell_pairing && !members.contains("paired"))
        out.unreadable = "the answer does not say whether the card is paired";
    out.result = std::move(members);
    return out;
}

} // namespace contego::wire
