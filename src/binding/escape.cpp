#include "binding/escape.hpp"

#include "binding/utf_8.hpp"

#include <array>
#include <charconv>

namespace contego::wire {
namespace {

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '&' && c != '<' && c != '>' && c != '"';
}

void append_reference(std::string& out, char32_t c) {
    std::array<char, 8> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<unsigned>(c)).ptr;
    out += "&#";
    out.append(digits.data(), end);
    out += ';';
}

// A parser would change white space in an attribute, and a carriage return anywhere. A character that the set
// lacks can still be written as its number.
bool needs_reference(char32_t c, place where, character_set characters) {
    if (c == '\r' || (where == place::attribute && (c == '\t' || c == '\n'))) return true;
    return c > 0xFF && characters == character_set::iso_8859_1;
}

void append_character(std::string& out, char32_t c, place where, character_set characters) {
    if (c == '&')
        out += "&amp;";
    else if (c == '<')
        out += "&lt;";
    else if (c == '>')
        out += "&gt;"; // `]]>` is forbidden in text
    else if (c == '"')
        out += where == place::attribute ? "&quot;" : "\"";
    else if (needs_reference(c, where, characters))
        append_reference(out, c);
    else if (characters == character_set::iso_8859_1)
        out += static_cast<char>(c);
    else
        append_utf_8(out, c);
}

} // namespace

void append_escaped(std::string& out, std::string_view utf_8, place where, character_set characters) {
    if (where == place::no_document) {
        out += utf_8;
        return;
    }
    if (where == place::inner_element || where == place::inner_attribute) {
        std::string once;
        append_escaped(once,
                       utf_8,
                       where == place::inner_element ? place::element : place::attribute,
                       character_set::utf_8);
        append_escaped(out, once, place::element, characters);
        return;
    }
    std::size_t at = 0;
    while (at < utf_8.size()) {
        const auto run = at;
        while (at < utf_8.size() && is_plain(utf_8[at]))
            ++at;
        out.append(utf_8, run, at - run);
        if (at == utf_8.size()) return;
        const auto c = next_code_point(utf_8, at);
        append_character(out, is_xml_character(c) ? c : replacement_character, where, characters);
    }
}

} // namespace contego::wire
