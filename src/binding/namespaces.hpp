#pragma once

#include <pugixml.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

inline constexpr std::string_view soap_1_1_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view soap_1_2_namespace = "http://www.w3.org/2003/05/soap-envelope";

/// Returns the prefix of a name, or an empty text if it has none.
[[nodiscard]] std::string_view prefix_of(std::string_view qualified_name);
/// Returns the name without its prefix.
[[nodiscard]] std::string_view local_of(std::string_view qualified_name);

/// Returns the namespace that is declared for a prefix at an element; an empty prefix means the default
/// namespace. Returns nullopt if it is not declared. Declarations on `top` and above it are ignored.
[[nodiscard]] std::optional<std::string_view>
namespace_at(pugi::xml_node element, std::string_view prefix, pugi::xml_node top = {});

/// The declarations of prefixes around some elements. A look-up takes logarithmic time, so that many elements
/// below many declarations are read fast enough.
class declarations {
public:
    /// Adds the declarations of an element. They take precedence over declarations that were added earlier.
    void add(pugi::xml_node element);

    /// Returns the first child element with that local name in that namespace. The elements that were added
    /// must surround it.
    [[nodiscard]] pugi::xml_node
    child_in(pugi::xml_node parent, std::string_view local_name, std::string_view name_space) const;

private:
    std::map<std::string_view, std::string_view> known_;
};

/// Returns the namespace of the element's own name, or an empty text if it is in none.
[[nodiscard]] std::string_view namespace_of(pugi::xml_node element, pugi::xml_node top = {});

/// Returns whether the element has that local name in that namespace.
[[nodiscard]] bool is(pugi::xml_node element, std::string_view local_name, std::string_view name_space);

/// Returns the first child element with that local name and any prefix.
[[nodiscard]] pugi::xml_node child_of(pugi::xml_node parent, std::string_view local_name);

/// Returns all text below a node, including CDATA.
[[nodiscard]] std::string text_of(pugi::xml_node node);

/// Returns the same text with a blank between the texts of two elements, for people.
[[nodiscard]] std::string words_of(pugi::xml_node node);

/// Removes the prefixes from the names of all elements below a node.
void strip_prefixes(pugi::xml_node node);

} // namespace contego::wire
