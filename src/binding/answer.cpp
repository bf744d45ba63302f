#include "binding/answer.hpp"

#include "binding/content_type.hpp"
#include "binding/decode.hpp"
#include "binding/extract.hpp"
#include "binding/multipart.hpp"
#include "binding/namespaces.hpp"
#include "binding/utf_8.hpp"
#include "binding/well_formed.hpp"

namespace contego::wire {
namespace {

// Returns the SOAP namespace of an Envelope, or an empty text for any other element.
std::string_view soap_of(pugi::xml_node root) {
    for (const auto soap : {soap_1_1_namespace, soap_1_2_namespace})
        if (is(root, "Envelope", soap)) return soap;
    return {};
}

// Returns the length of the blank lines and byte order marks that a server wrote before the document.
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

// Returns whether `element` is the only child element.
bool holds_only(pugi::xml_node parent, pugi::xml_node element) {
    for (const auto child : parent)
        if (child.type() == pugi::node_element && child != element) return false;
    return true;
}

bool has_other_body(pugi::xml_node root, pugi::xml_node body) {
    for (const auto child : root)
        if (child != body && local_of(child.name()) == "Body") return true;
    return false;
}

// Finds a Fault of SOAP, of either version and at any depth.
class fault_search {
public:
    bool finds_below(pugi::xml_node node) {
        for (const auto child : node)
            if (is_fault(child) || finds_below(child)) return true;
        return false;
    }

private:
    // Looking up a namespace takes long. If more than 100 elements have this name, the next one is taken for
    // a fault.
    bool is_fault(pugi::xml_node node) {
        constexpr int most = 100;
        if (local_of(node.name()) != "Fault") return false;
        const auto space = namespace_of(node);
        return space == soap_1_1_namespace || space == soap_1_2_namespace || ++asked_ > most;
    }

    int asked_ = 0;
};

void mask_below(pugi::xml_node node, const veil& v) {
    for (auto attribute : node.attributes())
        attribute.set_value(v.over_each(attribute.value()).c_str());
    for (auto child : node) {
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
            child.set_value(v.over_each(child.value()).c_str());
        mask_below(child, v);
    }
}

std::optional<decoded> decoded_for_reading(std::string_view body, std::string_view content_type) {
    return decode(body, parameter_of(content_type, "charset"), wrong_bytes::refused);
}

} // namespace

answer::answer(const exchange& e, body_text body) {
    if (!media_type_of(e.content_type).starts_with("multipart/")) {
        parse(e.body, body.is_whole ? std::move(body.text) : decoded_for_reading(e.body, e.content_type));
    } else if (const auto root = root_part(e.content_type, e.body)) {
        parse(root->body, decoded_for_reading(root->body, root->content_type));
    } else {
        reason_ = "a multipart body whose root part cannot be read";
    }
}

void answer::parse(std::string_view body, std::optional<decoded> read) {
    if (trimmed(body).empty()) {
        kind_ = kind::nothing;
        reason_ = "an empty body";
        return;
    }
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
    auto wrong = read->sound ? why_not_well_formed(text_) : "bytes that are invalid in its character set";
    names_fault_ = text_.find("Fault") != std::string::npos;
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
        reason_ = "a body that is not a SOAP envelope";
        return;
    }
    declarations around;
    around.add(root);
    body_ = around.child_in(root, "Body", soap);
    kind_ = kind::unclear;
    if (!body_)
        reason_ = "the answer is a SOAP envelope without a Body";
    else if (has_other_body(root, body_))
        reason_ = "the answer is a SOAP envelope with more than one Body";
    else
        tell_fault(soap);
}

void answer::tell_fault(std::string_view soap) {
    const auto root = document_.document_element();
    if (names_fault_) {
        declarations around;
        around.add(root);
        around.add(body_);
        fault_ = around.child_in(body_, "Fault", soap);
        if (fault_ ? !holds_only(body_, fault_) : fault_search().finds_below(root)) {
            reason_ = "the answer has a SOAP fault beside or inside something else";
            return;
        }
    }
    kind_ = fault_ ? kind::fault : kind::envelope;
    if (!fault_) strip();
}

void answer::strip() {
    strip_prefixes(document_);
}

void answer::keep_body() {
    auto root = document_.document_element();
    for (auto child = root.first_child(); child;) {
        const auto next = child.next_sibling();
        if (child != body_) root.remove_child(child);
        child = next;
    }
}

std::string answer::open_document(const pugi::xpath_query& at) {
    const auto [found, other] = joint_text_at(at, document_);
    if (!found || found->empty()) return "the answer has no document where the binding looks for it";
    if (other) return "the answer has more than one document where the binding looks for it";
    auto text = *found;
    text.erase(0, length_of_lead(text));
    if (const auto wrong = why_not_well_formed(text); !wrong.empty())
        return "the document in the answer cannot be read as XML (" + wrong + ")";
    document_.reset(); // it points into the text of the envelope
    text_ = std::move(text);
    body_ = {};
    const auto parsed =
        document_.load_buffer_inplace(text_.data(), text_.size(), pugi::parse_default, pugi::encoding_utf8);
    if (!parsed)
        return "the document in the answer cannot be read as XML (" + std::string(parsed.description()) + ")";
    strip();
    return {};
}

void answer::mask(const veil& v) {
    mask_below(document_, v);
}

} // namespace contego::wire
