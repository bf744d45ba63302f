#pragma once

#include <pugixml.hpp>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace contego::wire {

inline constexpr std::string_view soap_1_1_namespace = "http://schemas.xmlsoap.org/soap/envelope/";
inline constexpr std::string_view soap_1_2_namespace = "http://www.w3.org/2003/05/soap-envelope";

/// Empty where the name has none.
[[nodiscard]] std::string_view prefix_of(std::string_view qualified_name);
[[nodiscard]] std::string_view local_of(std::string_view qualified_name);

/// The namespace that a prefix (empty: the default) is declared to mean at an element; nothing where it is
/// not declared. Declarations on `top` and above it are not seen.
[[nodiscard]] std::optional<std::string_view>
namespace_at(pugi::xml_node element, std::string_view prefix, pugi::xml_node top = {});

/// What prefixes are declared to mean around some elements. A look-up costs the logarithm of their number, so
/// that many elements below many declarations are read in linear time.
class declarations {
public:
    /// Those of an element go before those of the elements added earlier.
    void add(pugi::xml_node element);

    /// The first child element with that local name in that namespace, if what was added stands around it.
    [[nodiscard]] pugi::xml_node
    child_in(pugi::xml_node parent, std::string_view local_name, std::string_view name_space) const;

private:
    std::map<std::string_view, std::string_view> known_;
};

/// The namespace of the element's own name; empty where it is in none.
[[nodiscard]] std::string_view namespace_of(pugi::xml_node element, pugi::xml_node top = {});

/// Whether the element has that local name in that namespace.
[[nodiscard]] bool is(pugi::xml_node element, std::string_view local_name, std::string_view name_space);

/// The first child element with that local name, whatever its prefix.
[[nodiscard]] pugi::xml_node child_of(pugi::xml_node parent, std::string_view local_name);

/// All text below a node, CDATA too.
[[nodiscard]] std::string text_of(pugi::xml_node node);

/// The same with a blank between the texts of two elements, for people.
[[nodiscard]] std::string words_of(pugi::xml_node node);

/// Takes the prefixes off the names of all elements below a node.
void strip_prefixes(pugi::xml_node node);

} // namespace contego::wire
