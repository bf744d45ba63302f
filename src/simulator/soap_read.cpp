#include "simulator/moment.hpp"
#include "simulator/soap.hpp"

#include <pugixml.hpp>

#include <algorithm>
#include <charconv>

namespace contego::simulator {
namespace {

constexpr std::string_view envelope_namespace = "http://schemas.xmlsoap.org/soap/envelope/";

std::string_view local_name(std::string_view name) {
    const auto colon = name.find(':');
    return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

/// Returns the namespace of an element, from the nearest declaration of its prefix.
std::string_view namespace_of(const pugi::xml_node& element) {
    const std::string_view name = element.name();
    const auto colon = name.find(':');
    const auto declaration = colon == std::string_view::npos ? std::string("xmlns")
                                                             : "xmlns:" + std::string(name.substr(0, colon));
    for (auto node = element; node; node = node.parent())
        if (const auto found = node.attribute(declaration.c_str())) return found.value();
    return {};
}

bool is(const pugi::xml_node& element, std::string_view xml_namespace, std::string_view name) {
    return element && local_name(element.name()) == name && namespace_of(element) == xml_namespace;
}

pugi::xml_node next_element(pugi::xml_node node) {
    while (node && node.type() != pugi::node_element)
        node = node.next_sibling();
    return node;
}

pugi::xml_node only_child(const pugi::xml_node& parent) {
    const auto child = next_element(parent.first_child());
    return child && !next_element(child.next_sibling()) ? child : pugi::xml_node();
}

bool has_elements(const pugi::xml_node& n) {
    return !next_element(n.first_child()).empty();
}

bool is_digits(std::string_view s, std::size_t shortest, std::size_t longest) {
    return s.size() >= shortest && s.size() <= longest &&
           std::ranges::all_of(s, [](char c) { return c >= '0' && c <= '9'; });
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

/// Reads one element into its member of the call. Returns the rule that the value breaks, or an empty text.
/// Notes in `unknown_` whether the element has a child that it must not have.
class taking {
public:
    taking(pugi::xml_node element, const area& a, call& c) : element_(element), area_(a), call_(c) {}

    std::string operator()(const digits& kind) {
        const auto content = leaf(element_);
        if (!is_digits(content, kind.shortest, kind.longest)) return "must be digits";
        call_.*kind.slot = content;
        return {};
    }

    std::string operator()(const identifier& kind) { return identify(element_, call_.*kind.slot); }

    std::string operator()(const identifiers& kind) {
        std::string rule;
        auto child = next_element(element_.first_child());
        if (!child) return "must hold at least one " + std::string(kind.item);
        for (; child; child = next_element(child.next_sibling())) {
            unknown_ |= !is(child, area_.xml_namespace, kind.item);
            if (auto why = identify(child, call_.*kind.slot); rule.empty()) rule = std::move(why);
        }
        return rule;
    }

    std::string operator()(const text& kind) {
        const auto content = leaf(element_);
        if (content.empty() || characters(content) > kind.longest)
            return "must be 1 to " + std::to_string(kind.longest) + " characters";
        call_.*kind.slot = content;
        return {};
    }

    std::string operator()(const date& kind) {
        const auto content = leaf(element_);
        if (!moment_of(content)) return "must be a date and time";
        call_.*kind.slot = content;
        return {};
    }

    std::string operator()(const number& kind) {
        const auto content = leaf(element_);
        std::int64_t n = 0;
        const auto [stop, error] = std::from_chars(content.data(), content.data() + content.size(), n);
        if (error != std::errc() || stop != content.data() + content.size() || n < kind.lowest ||
            n > kind.highest || n % kind.step != 0)
            return "must be " + std::to_string(kind.lowest) + " to " + std::to_string(kind.highest) +
                   (kind.step == 1 ? "" : " in steps of " + std::to_string(kind.step));
        call_.*kind.slot = n;
        return {};
    }

    [[nodiscard]] bool unknown() const { return unknown_; }

private:
    std::string_view leaf(const pugi::xml_node& element) {
        unknown_ |= has_elements(element);
        return element.text().get();
    }

    std::string identify(const pugi::xml_node& element, std::vector<std::string>& to) {
        const auto content = leaf(element);
        if (!is_digits(content, 1, 20)) return "must be 1 to 20 digits";
        to.emplace_back(content);
        return {};
    }

    pugi::xml_node element_;
    const area& area_;
    call& call_;
    bool unknown_ = false;
};

/// Returns false if the request has an element that the operation does not have at that place.
bool read_fields(const pugi::xml_node& request, const operation& o, call& c) {
    auto element = next_element(request.first_child());
    for (const auto& f : o.fields) {
        std::string rule;
        if (is(element, o.area->xml_namespace, f.element)) {
            taking take(element, *o.area, c);
            rule = std::visit(take, f.kind);
            if (take.unknown()) return false;
            element = next_element(element.next_sibling());
        } else if (f.mandatory) {
            rule = "is missing";
        }
        // The value is not repeated, since it may be a PIN.
        if (!rule.empty() && c.mistake.empty()) c.mistake = std::string(f.element) + " " + rule;
    }
    return !element;
}

void check_together(call& c) {
    if (!c.mistake.empty()) return;
    const auto start = moment_of(c.start);
    const auto end = moment_of(c.end);
    if (start && end && *end <= *start) c.mistake = "EndTime must be after StartTime";
    if (c.command == command_type::add_to_existing_pairing && c.cards.empty() && c.boxes.empty())
        c.mistake = "CaClientIds or PairingModuleIds must be given";
}

fault unreadable() {
    return {.code = "Server", .text = "Couldn't parse stream."};
}

} // namespace

std::variant<reading, fault> read_envelope(const area& a, std::string_view body, bool latin) {
    pugi::xml_document document;
    // A document type is refused because its node precedes the envelope, which must come first.
    constexpr auto options = pugi::parse_default | pugi::parse_doctype | pugi::parse_ws_pcdata_single;
    const auto encoding = latin && !body.starts_with("<?xml") ? pugi::encoding_latin1 : pugi::encoding_auto;
    if (!document.load_buffer(body.data(), body.size(), options, encoding)) return unreadable();
    const auto envelope = document.first_child();
    if (!is(envelope, envelope_namespace, "Envelope")) return unreadable();
    auto part = next_element(envelope.first_child());
    if (is(part, envelope_namespace, "Header")) part = next_element(part.next_sibling());
    if (!is(part, envelope_namespace, "Body")) return unreadable();

    const auto element = only_child(part);
    const auto* o = operation_of(a, local_name(element.name()));
    if (o == nullptr || namespace_of(element) != a.xml_namespace)
        return fault{"Client", "No operation of " + std::string(a.name) + " is in the body."};
    const auto request = only_child(element);
    if (!is(request, a.xml_namespace, std::string(o->name) + "Request")) return unreadable();

    reading r{o, {}};
    r.call.command = o->command;
    if (!read_fields(request, *o, r.call)) return unreadable();
    check_together(r.call);
    return r;
}

} // namespace contego::simulator
