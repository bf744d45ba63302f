#include <contego/violation.hpp>

#include <algorithm>

namespace contego {
namespace {

constexpr std::size_t longest_field = 200;
constexpr std::size_t longest_value = 60;
constexpr std::size_t longest_rule = 1000; // the longest rule lists all actions
constexpr std::string_view ellipsis = "...";

bool begins_a_character(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

/// Returns the number of bytes before the given character, or the size of the text if it is shorter.
std::size_t bytes_before(std::string_view text, std::size_t character) {
    std::size_t seen = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (begins_a_character(text[i]) && seen++ == character) return i;
    return text.size();
}

std::string line_of(const violation& v) {
    auto rule = shortened(v.rule, longest_rule);
    if (v.field.empty()) return rule;
    return shortened(v.field, longest_field) + ": " + rule + " (was " + shortened(v.value, longest_value) +
           ")";
}

} // namespace

std::string shortened(std::string_view text, std::size_t most) {
    if (bytes_before(text, most) == text.size()) return std::string(text);
    const auto kept = most > ellipsis.size() ? most - ellipsis.size() : 0;
    return std::string(text.substr(0, bytes_before(text, kept))).append(ellipsis);
}

std::string describe(const violations& all, std::size_t more) {
    const auto listed = std::min(all.size(), most_violations);
    std::string text;
    for (std::size_t i = 0; i < listed; ++i) {
        if (!text.empty()) text += '\n';
        text += line_of(all[i]);
    }
    more += all.size() - listed;
    if (more == 0) return shortened(text, longest_description);
    const auto count = "\n... and " + std::to_string(more) + " more";
    return shortened(text, longest_description - count.size()) + count;
}

} // namespace contego
