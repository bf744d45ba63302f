#include "binding/source.hpp"

#include "binding/decode.hpp"
#include "binding/namespaces.hpp"

#include <algorithm>
#include <tuple>

namespace contego::wire {
namespace {

std::vector<binding_error> in_order(std::vector<binding_error> all) {
    std::ranges::sort(all, {}, [](const binding_error& e) { return std::tie(e.line, e.reason); });
    return all;
}

std::string listed(std::span<const std::string_view> names) {
    std::string text;
    for (const auto name : names)
        (text += text.empty() ? "" : ", ") += name;
    return text.empty() ? "no attributes" : text;
}

} // namespace

source::source(std::string_view xml) {
    auto decoded = decode(xml, {});
    if (!decoded) {
        mistake(1, "the character set of the file is not supported");
        return;
    }
    text_ = std::move(decoded->text);
    parsed_ = text_;
    load();
}

void source::load() {
    const auto parsed = document_.load_buffer_inplace(
        parsed_.data(), parsed_.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
    if (!parsed) {
        mistake(line_at(static_cast<std::size_t>(parsed.offset)),
                std::string("not well-formed XML: ") + parsed.description());
        return;
    }
    for (const auto child : document_) {
        if (child.type() == pugi::node_doctype) mistake(child, "a DTD is not allowed");
        if (child.type() != pugi::node_element) continue;
        if (root_) mistake(child, "not well-formed XML: a second root element");
        if (!root_) root_ = child;
    }
}

std::size_t source::line_at(std::size_t offset) const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text_.size()));
    return 1 + static_cast<std::size_t>(std::count(text_.begin(), end, '\n'));
}

// A copy of a node shares the name or the value of the original, which points into the parsed text.
std::size_t source::line_of(pugi::xml_node node) const {
    const bool is_element = node.type() == pugi::node_element;
    const auto offset = (is_element ? node.name() : node.value()) - parsed_.data();
    const bool is_inside = offset >= 0 && static_cast<std::size_t>(offset) < parsed_.size();
    return is_inside ? line_at(static_cast<std::size_t>(offset)) : 0;
}

std::size_t source::line_of(pugi::xml_attribute attribute) const {
    return line_at(static_cast<std::size_t>(attribute.name() - parsed_.data()));
}

void source::mistake(std::size_t line, std::string reason) {
    mistakes_.push_back(noted(line, std::move(reason)));
}

void source::use_session(std::size_t line, const std::string& what) {
    if (session_ == session_state::absent)
        mistake(line, what + " needs an element session in the binding, and there is none");
    else if (session_ == session_state::is_read)
        mistake(line,
                what + " must not stand in the session itself, since there is no token before the login");
}

void source::remark(std::size_t line, std::string reason) {
    remarks_.push_back(noted(line, std::move(reason)));
}

binding_error source::noted(std::size_t line, std::string reason) const {
    return {.line = line, .reason = subject_.empty() ? std::move(reason) : subject_ + ": " + reason};
}

std::vector<pugi::xml_node> source::children(pugi::xml_node parent) {
    std::vector<pugi::xml_node> found;
    for (const auto child : parent) {
        if (child.type() != pugi::node_element)
            mistake(child, std::string("text is not allowed in ") + parent.name());
        else if (namespace_of(child) == binding_namespace)
            found.push_back(child);
        else
            unknown_element(child);
    }
    return found;
}

void source::allow_attributes(pugi::xml_node node, std::span<const std::string_view> allowed) {
    for (const auto attribute : node.attributes()) {
        const std::string_view name = attribute.name();
        if (name == "xmlns" || prefix_of(name) == "xmlns") continue;
        if (std::ranges::find(allowed, name) == allowed.end())
            mistake(line_of(attribute),
                    std::string("unknown attribute ").append(name) + " of " + node.name() + "; it has " +
                        listed(allowed));
        else if (node.attribute(attribute.name()) != attribute)
            mistake(line_of(attribute), std::string("attribute ").append(name) + " appears twice");
    }
}

std::optional<std::string_view> source::required(pugi::xml_node node, const char* name) {
    const std::string_view v = node.attribute(name).value();
    if (!v.empty()) return v;
    mistake(node, std::string(node.name()) + " needs the attribute " + name);
    return std::nullopt;
}

void source::unknown_element(pugi::xml_node node) {
    mistake(node, std::string("unknown element ") + node.name());
}

std::vector<binding_error> source::mistakes() const {
    return in_order(mistakes_);
}

std::vector<binding_error> source::remarks() const {
    return in_order(remarks_);
}

} // namespace contego::wire
