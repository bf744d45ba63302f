#include "binding/answer.hpp"

#include "binding/content_type.hpp"
#include "binding/decode.hpp"
#include "binding/multipart.hpp"
#include "binding/namespaces.hpp"
#include "binding/utf_8.hpp"
#include "binding/well_formed.hpp"

namespace contego::wire {
namespace {

// The SOAP namespace of an Envelope; empty for any other element.
std::string_view soap_of(pugi::xml_node root) {
    for (const auto soap : {soap_1_1_namespace, soap_1_2_namespace})
        if (is(root, "Envelope", soap)) return soap;
    return {};
}

// Blank lines and byte order marks that a server writes before the document.
std::size_t length_of_lead(std::string_view text) {
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    std::size_t at = 0;
    while (at < text.size() && (is_space(text[at]) || text.substr(at).starts_with(mark)))
        at += is_space(text[at]) ? 1 : mark.size();
    return at;
}

bool is_html(std::string_view text) {
    const auto beginning = lower_case(text.substr(0, 14));
    return beginning.starts_with("<!doctype html") || beginning.starts_with("<html");
}

void mask_below(pugi::xml_node node, const veil& v) {
    for (auto attribute : node.attributes())
        attribute.set_value(v.over_each(attribute.value()).c_str());
    for (auto child : node) {
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
            child.set_value(v.over_each(child.value()).c_str());
        mask_below(child, v);
    }
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
    if (trimmed(body).empty()) {
        kind_ = kind::nothing;
        reason_ = "an empty body";
        return;
    }
    auto read = decode(body, charset, wrong_bytes::refused);
    if (!read) {
        reason_ = "a body in a character set that is not known";
        return;
    }
    text_ = std::move(read->text);
    text_.erase(0, length_of_lead(text_));
    if (is_html(text_)) {
        reason_ = "an HTML page";
        return;
    }
    auto wrong = read->sound ? why_not_well_formed(text_) : "bytes that its character set does not have";
    if (wrong.empty()) {
        const auto parsed = document_.load_buffer_inplace(
            text_.data(), text_.size(), pugi::parse_default, pugi::encoding_utf8);
        if (!parsed) wrong = parsed.description();
    }
    if (wrong.empty())
        classify();
    else
        reason_ = "a body that cannot be read as XML (" + wrong + ")";
}

void answer::classify() {
    const auto root = document_.document_element();
    const auto soap = soap_of(root);
    if (soap.empty()) {
        reason_ = "a body that is no SOAP envelope";
        return;
    }
    declarations around;
    around.add(root);
    const auto body = around.child_in(root, "Body", soap);
    around.add(body);
    fault_ = around.child_in(body, "Fault", soap);
    kind_ = fault_ ? kind::fault : kind::envelope;
    if (!fault_) strip();
}

void answer::strip() {
    strip_prefixes(document_);
}

void answer::mask(const veil& v) {
    mask_below(document_, v);
}

} // namespace contego::wire
