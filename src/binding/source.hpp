#pragma once

#include <contego/binding.hpp>

#include <pugixml.hpp>

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

inline constexpr std::string_view binding_namespace = "urn:contego:binding:1";

/// A binding file being read: its elements, the line where each thing stands, and the mistakes found so far.
///
/// The checks here know the vocabulary's manners (no stray text, no unknown attribute), not its words.
class source {
public:
    explicit source(std::string_view xml);

    /// The one root element; empty, and a mistake noted, where the text is no well-formed XML.
    [[nodiscard]] pugi::xml_node root() const { return root_; }

    [[nodiscard]] std::size_t line_of(pugi::xml_node node) const;
    /// Lines of attributes are told apart, for an element with many has a line for each.
    [[nodiscard]] std::size_t line_of(pugi::xml_attribute attribute) const;

    void mistake(std::size_t line, std::string reason);

    void mistake(pugi::xml_node node, std::string reason) { mistake(line_of(node), std::move(reason)); }

    /// What stands before the reason of every mistake from now on, such as `command ADD_SUBSCRIPTIONS`.
    void set_subject(std::string subject) { subject_ = std::move(subject); }

    /// The elements below a node of the vocabulary. Text, and elements of other namespaces, are noted as
    /// mistakes.
    [[nodiscard]] std::vector<pugi::xml_node> children(pugi::xml_node parent);

    /// Notes every attribute that is not among these, and every one that stands twice.
    void allow_attributes(pugi::xml_node node, std::span<const std::string_view> allowed);

    void allow_attributes(pugi::xml_node node, std::initializer_list<std::string_view> allowed) {
        allow_attributes(node, std::span(allowed.begin(), allowed.size()));
    }

    /// The value of an attribute; nothing, and a mistake noted, where it is not there or is empty.
    [[nodiscard]] std::optional<std::string_view> required(pugi::xml_node node, const char* name);

    void unknown_element(pugi::xml_node node);

    /// Everything noted, by line.
    [[nodiscard]] std::vector<binding_error> mistakes() const;

private:
    [[nodiscard]] std::size_t line_at(std::size_t offset) const;
    void load();

    std::string text_;   // as given, for counting lines
    std::string parsed_; // the same bytes, which the parser changes; names and values point into it
    pugi::xml_document document_;
    pugi::xml_node root_;
    std::string subject_;
    std::vector<binding_error> mistakes_;
};

} // namespace contego::wire
