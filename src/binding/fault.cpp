#include "binding/fault.hpp"

#include "binding/namespaces.hpp"
#include "binding/utf_8.hpp"

namespace contego::wire {
namespace {

std::string trimmed_text(pugi::xml_node node) {
    return std::string(trimmed(text_of(node)));
}

// Returns the text of a node. Some faults contain whole documents, so texts of two elements are separated by
// a blank.
std::string words(pugi::xml_node node) {
    return std::string(trimmed(words_of(node)));
}

// Faults have few subcodes. A code with a million dots gets no more than this.
constexpr std::size_t most_subcodes = 20;

// A code is a QName, so its prefix has the meaning that is declared at its element. A code without a declared
// prefix is taken as SOAP's own, since some servers write it so.
void read_code(fault& f, pugi::xml_node element) {
    const auto written = trimmed_text(element);
    const auto prefix = prefix_of(written);
    const auto space = prefix.empty() ? std::nullopt : namespace_at(element, prefix);
    f.foreign = space && *space != soap_1_1_namespace && *space != soap_1_2_namespace;
    f.code.code = local_of(written);
}

// SOAP 1.1 has no subcodes; it writes `Server.user.locked` instead.
void split_dots(fault_code& c) {
    auto dot = c.code.find('.');
    const auto rest = dot == std::string::npos ? std::string() : c.code.substr(dot + 1);
    c.code.resize(std::min(dot, c.code.size()));
    for (std::size_t begin = 0; begin < rest.size() && c.subcodes.size() < most_subcodes; begin = dot + 1) {
        dot = std::min(rest.find('.', begin), rest.size());
        c.subcodes.push_back(rest.substr(begin, dot - begin));
    }
}

void read_1_1(fault& f, pugi::xml_node element) {
    read_code(f, child_of(element, "faultcode"));
    split_dots(f.code);
    f.text = words(child_of(element, "faultstring"));
    f.detail = words(child_of(element, "detail"));
}

void read_1_2(fault& f, pugi::xml_node element) {
    const auto code = child_of(element, "Code");
    read_code(f, child_of(code, "Value"));
    for (auto sub = child_of(code, "Subcode"); sub && f.code.subcodes.size() < most_subcodes;
         sub = child_of(sub, "Subcode"))
        f.code.subcodes.emplace_back(local_of(trimmed_text(child_of(sub, "Value"))));
    f.text = words(child_of(child_of(element, "Reason"), "Text"));
    f.detail = words(child_of(element, "Detail"));
}

} // namespace

fault read_fault(pugi::xml_node element) {
    fault f;
    if (namespace_of(element) == soap_1_2_namespace)
        read_1_2(f, element);
    else
        read_1_1(f, element);
    f.code.code = common_fault_code(f.code.code);
    f.name = f.code.code;
    for (const auto& subcode : f.code.subcodes)
        f.name += "." + subcode;
    return f;
}

} // namespace contego::wire
