#pragma once

#include <contego/binding.hpp>

#include <pugixml.hpp>

#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace contego::wire {

inline constexpr std::string_view binding_namespace = "urn:contego:binding:1";

/// A binding file while it is read: its elements, their line numbers, and the mistakes found so far.
///
/// The checks here know the general rules of the vocabulary (no stray text, no unknown attribute), not its
/// words.
class source {
public:
    explicit source(std::string_view xml);

    /// Returns the root element. It is empty, and a mistake is noted, if the text is not well-formed XML.
    [[nodiscard]] pugi::xml_node root() const { return root_; }

    /// Returns the line number of a node.
    [[nodiscard]] std::size_t line_of(pugi::xml_node node) const;
    /// Returns the line number of an attribute. An element with many attributes may have one on each line.
    [[nodiscard]] std::size_t line_of(pugi::xml_attribute attribute) const;

    /// Notes a mistake.
    void mistake(std::size_t line, std::string reason);

    void mistake(pugi::xml_node node, std::string reason) { mistake(line_of(node), std::move(reason)); }

    /// Notes a part of the file that is no mistake but should be changed.
    void remark(std::size_t line, std::string reason);

    /// Notes that the file uses a secret. Returns the use, which may be changed.
    secret_use& use_secret(std::string name, std::size_t line) {
        return secrets_.try_emplace(std::move(name), secret_use{.line = line}).first->second;
    }

    /// Returns the secrets that the file uses, by name.
    [[nodiscard]] const std::map<std::string, secret_use>& secrets() const { return secrets_; }

    /// Says that the file has an element `session`, and whether this element is being read.
    void set_session(bool is_being_read) {
        session_ = is_being_read ? session_state::is_read : session_state::there;
    }

    /// Notes that the file uses the session at a line. It is a mistake if there is no session, or if the use
    /// is in the session itself. `what` is the use, such as `{session}`.
    void use_session(std::size_t line, const std::string& what);

    /// Sets the text that precedes the reason of every later mistake, such as `command ADD_SUBSCRIPTIONS`.
    void set_subject(std::string subject) { subject_ = std::move(subject); }

    /// Returns the child elements of an element of the vocabulary. Text, and elements of other namespaces,
    /// are noted as mistakes.
    [[nodiscard]] std::vector<pugi::xml_node> children(pugi::xml_node parent);

    /// Notes a mistake for each attribute that is not allowed or appears twice.
    void allow_attributes(pugi::xml_node node, std::span<const std::string_view> allowed);

    void allow_attributes(pugi::xml_node node, std::initializer_list<std::string_view> allowed) {
        allow_attributes(node, std::span(allowed.begin(), allowed.size()));
    }

    /// Returns the value of an attribute. If it is absent or empty, returns nullopt and notes a mistake.
    [[nodiscard]] std::optional<std::string_view> required(pugi::xml_node node, const char* name);

    /// Notes that the element is unknown.
    void unknown_element(pugi::xml_node node);

    /// Returns all mistakes, ordered by line.
    [[nodiscard]] std::vector<binding_error> mistakes() const;

    /// Returns all remarks, ordered by line.
    [[nodiscard]] std::vector<binding_error> remarks() const;

private:
    [[nodiscard]] std::size_t line_at(std::size_t offset) const;
    [[nodiscard]] binding_error noted(std::size_t line, std::string reason) const;
    void load();

    std::string text_;   // as given, to count lines
    std::string parsed_; // the same bytes; the parser changes them, and names and values point into them
    pugi::xml_document document_;
    pugi::xml_node root_;
    std::string subject_;
    std::vector<binding_error> mistakes_;
    std::vector<binding_error> remarks_;
    std::map<std::string, secret_use> secrets_;

    enum class session_state { absent, there, is_read };
    session_state session_ = session_state::absent;
};

} // namespace contego::wire
