#include "binding/compile.hpp"
#include "binding/utf_8.hpp"
#include <contego/parameter.hpp>

#include <algorithm>

namespace contego::wire {
namespace {

bool may_lack_a_place(const parameter& p) {
    return !p.mandatory && p.kind != parameter_kind::distribution;
}

std::vector<std::string> words_in(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text)
        if (!is_space(c))
            words.back() += c;
        else if (!words.back().empty())
            words.emplace_back();
    if (words.back().empty()) words.pop_back();
    return words;
}

// The optional parameters of the commands, in the order of the documentation.
std::vector<std::string> optional_parameters(std::span<const command_type> types) {
    std::vector<std::string> names;
    for (const auto type : types)
        for (const auto& p : parameters_of(type))
            if (may_lack_a_place(p) && std::ranges::find(names, p.name) == names.end())
                names.emplace_back(p.name);
    return names;
}

std::string joined(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names)
        (text += text.empty() ? "" : ", ") += name;
    return text.empty() ? "none" : text;
}

} // namespace

std::set<std::string>
compile_ignored(source& file, pugi::xml_node element, std::span<const command_type> types) {
    const auto attribute = element.attribute("ignores");
    const auto known = optional_parameters(types);
    std::set<std::string> ignored;
    for (const auto& word : words_in(attribute.value())) {
        if (std::ranges::find(known, word) == known.end())
            file.mistake(file.line_of(attribute),
                         "ignores names " + word + ", which is no optional parameter; there are " +
                             joined(known));
        else
            ignored.insert(word);
    }
    return ignored;
}

std::uint32_t
refused_parameters(command_type type, std::uint32_t without_place, const std::set<std::string>& ignored) {
    std::uint32_t bits = 0;
    std::uint32_t bit = 1;
    for (const auto& p : parameters_of(type)) {
        if (may_lack_a_place(p) && !ignored.contains(std::string(p.name))) bits |= bit & without_place;
        bit <<= 1U;
    }
    return bits;
}

} // namespace contego::wire
