#include "binding/answer.hpp"

#include "binding/content_type.hpp"
#include "binding/decode.hpp"
#include "binding/namespaces.hpp"

namespace contego::wire {
namespace {

constexpr int deepest = 100;

bool has_document_type(const pugi::xml_document& document) {
    for (const auto child : document)
        if (child.type() == pugi::node_doctype) return true;
    return false;
}

bool is_deeper(pugi::xml_node node, int levels) {
    if (levels == 0) return true;
    for (const auto child : node)
        if (child.type() == pugi::node_element && is_deeper(child, levels - 1)) return true;
    return false;
}

void strip_prefixes(pugi::xml_node node, std::string& name) {
    for (auto child : node) {
        if (child.type() != pugi::node_element) continue;
        // The name must be copied first: pugixml writes the new one where the old one stands.
        if (const auto local = local_of(child.name()); local != child.name())
            child.set_name((name = local).c_str());
        strip_prefixes(child, name);
    }
}

// The SOAP namespace of an Envelope; empty for any other element.
std::string_view soap_of(pugi::xml_node root) {
    for (const auto soap : {soap_1_1_namespace, soap_1_2_namespace})
        if (is(root, "Envelope", soap)) return soap;
    return {};
}

pugi::xml_node child_in(pugi::xml_node parent, std::string_view local_name, std::string_view name_space) {
    for (const auto child : parent)
        if (child.type() == pugi::node_element && is(child, local_name, name_space)) return child;
    return {};
}

} // namespace

answer::answer(const exchange& e) {
    if (!media_type_of(e.content_type).starts_with("multipart/")) {
        parse(e.body, parameter_of(e.content_type, "charset"));
    } else if (const auto root = root_part(e.content_type, e.body)) {
        parse(root->body, parameter_of(root->content_type, "charset"));
    } else {
        reason_ = "a multipart body whose root part cannot be read";
    }
}

void answer::parse(std::string_view body, std::string_view charset) {
    if (body.empty()) {
        reason_ = "an empty body";
        return;
    }
    auto decoded = decode(body, charset);
    if (!decoded) {
        reason_ = "a body in a character set that is not known";
        return;
    }
    text_ = std::move(*decoded);
    const auto parsed = document_.load_buffer_inplace(
        text_.data(), text_.size(), pugi::parse_default | pugi::parse_doctype, pugi::encoding_utf8);
    if (parsed)
        classify();
    else
        reason_ = std::string("a body that is no XML (") + parsed.description() + ")";
}

void answer::classify() {
    const auto root = document_.document_element();
    const auto soap = soap_of(root);
    if (soap.empty()) {
        reason_ = "a body that is no SOAP envelope";
        return;
    }
    fault_ = child_in(child_in(root, "Body", soap), "Fault", soap);
    kind_ = kind::refused;
    if (has_document_type(document_)) {
        reason_ = "an envelope with a DTD, which SOAP forbids";
    } else if (is_deeper(root, deepest)) {
        reason_ = "an envelope with elements nested deeper than " + std::to_string(deepest);
    } else if (fault_) {
        kind_ = kind::fault;
    } else {
        std::string name;
        strip_prefixes(document_, name);
        kind_ = kind::envelope;
    }
}

} // namespace contego::wire
