#include "binding/namespaces.hpp"

namespace contego::wire {
namespace {

// Whether the attribute declares the prefix; an empty one is declared by `xmlns` alone.
bool declares(std::string_view attribute, std::string_view prefix) {
    constexpr std::string_view xmlns = "xmlns";
    if (!attribute.starts_with(xmlns)) return false;
    attribute.remove_prefix(xmlns.size());
    if (prefix.empty()) return attribute.empty();
    return attribute.starts_with(':') && attribute.substr(1) == prefix;
}

void append_text(std::string& out, pugi::xml_node node) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) out += node.value();
    for (const auto child : node)
        append_text(out, child);
}

} // namespace

std::string_view prefix_of(std::string_view qualified_name) {
    const auto colon = qualified_name.find(':');
    return colon == std::string_view::npos ? std::string_view{} : qualified_name.substr(0, colon);
}

std::string_view local_of(std::string_view qualified_name) {
    const auto colon = qualified_name.find(':');
    return colon == std::string_view::npos ? qualified_name : qualified_name.substr(colon + 1);
}

std::optional<std::string_view>
namespace_at(pugi::xml_node element, std::string_view prefix, pugi::xml_node top) {
    for (auto at = element; at && at != top; at = at.parent())
        for (const auto attribute : at.attributes())
            if (declares(attribute.name(), prefix)) return attribute.value();
    if (prefix.empty()) return std::string_view{};
    return std::nullopt;
}

std::string_view namespace_of(pugi::xml_node element, pugi::xml_node top) {
    return namespace_at(element, prefix_of(element.name()), top).value_or(std::string_view{});
}

bool is(pugi::xml_node element, std::string_view local_name, std::string_view name_space) {
    return local_of(element.name()) == local_name && namespace_of(element) == name_space;
}

pugi::xml_node child_of(pugi::xml_node parent, std::string_view local_name) {
    for (const auto child : parent)
        if (child.type() == pugi::node_element && local_of(child.name()) == local_name) return child;
    return {};
}

std::string text_of(pugi::xml_node node) {
    std::string out;
    append_text(out, node);
    return out;
}

} // namespace contego::wire
