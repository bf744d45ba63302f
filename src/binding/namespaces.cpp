#include "binding/namespaces.hpp"

namespace contego::wire {
namespace {

// Returns whether the attribute declares the prefix. `xmlns` alone declares the empty prefix.
bool declares(std::string_view attribute, std::string_view prefix) {
    constexpr std::string_view xmlns = "xmlns";
    if (!attribute.starts_with(xmlns)) return false;
    attribute.remove_prefix(xmlns.size());
    if (prefix.empty()) return attribute.empty();
    return attribute.starts_with(':') && attribute.substr(1) == prefix;
}

std::optional<std::string_view> declared_on(pugi::xml_node element, std::string_view prefix) {
    for (const auto attribute : element.attributes())
        if (declares(attribute.name(), prefix)) return attribute.value();
    return std::nullopt;
}

// The loops below go from sibling to sibling, because each step of a range-based loop is four calls into the
// library of pugixml.
void append_text(std::string& out, pugi::xml_node node, std::string_view between) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) out += node.value();
    for (auto child = node.first_child(); child; child = child.next_sibling())
        append_text(out, child, between);
    if (node.type() == pugi::node_element && !out.empty() && !out.ends_with(between)) out += between;
}

void strip_prefixes_below(pugi::xml_node node, std::string& name) {
    for (auto child = node.first_child(); child; child = child.next_sibling()) {
        if (child.type() != pugi::node_element) continue;
        // The name is copied first, since pugixml writes the new name over the old one.
        if (const auto local = local_of(child.name()); local != child.name())
            child.set_name((name = local).c_str());
        strip_prefixes_below(child, name);
    }
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
        if (const auto found = declared_on(at, prefix)) return found;
    if (prefix.empty()) return std::string_view{};
    return std::nullopt;
}

void declarations::add(pugi::xml_node element) {
    constexpr std::string_view xmlns = "xmlns";
    for (const auto attribute : element.attributes())
        if (const std::string_view name = attribute.name(); name == xmlns || prefix_of(name) == xmlns)
            known_.insert_or_assign(name == xmlns ? std::string_view{} : local_of(name), attribute.value());
}

pugi::xml_node declarations::child_in(pugi::xml_node parent,
                                      std::string_view local_name,
                                      std::string_view name_space) const {
    for (const auto child : parent) {
        if (child.type() != pugi::node_element || local_of(child.name()) != local_name) continue;
        const auto prefix = prefix_of(child.name());
        auto found = declared_on(child, prefix);
        if (const auto outer = known_.find(prefix); !found && outer != known_.end()) found = outer->second;
        if (found == name_space) return child;
    }
    return {};
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
    append_text(out, node, {});
    return out;
}

std::string words_of(pugi::xml_node node) {
    std::string out;
    append_text(out, node, " ");
    return out;
}

void strip_prefixes(pugi::xml_node node) {
    std::string name;
    strip_prefixes_below(node, name);
}

} // namespace contego::wire
