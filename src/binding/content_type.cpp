#include "binding/content_type.hpp"

#include "binding/utf_8.hpp"

#include <algorithm>

namespace contego::wire {
namespace {

bool is_separator(char c) {
    return c == ';' || is_space(c);
}

void skip_space(std::string_view& rest) {
    while (!rest.empty() && is_space(rest.front()))
        rest.remove_prefix(1);
}

// Takes the text before the first character for which `ends` is true.
template <typename Ends>
std::string_view take(std::string_view& rest, Ends ends) {
    const auto length = static_cast<std::size_t>(std::ranges::find_if(rest, ends) - rest.begin());
    const auto taken = rest.substr(0, length);
    rest.remove_prefix(length);
    return taken;
}

// Takes a quoted string; `rest` begins with the opening quote.
std::string take_quoted(std::string_view& rest) {
    const char quote = rest.front();
    rest.remove_prefix(1);
    std::string out;
    while (!rest.empty() && rest.front() != quote) {
        if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
        out += rest.front();
        rest.remove_prefix(1);
    }
    if (!rest.empty()) rest.remove_prefix(1);
    return out;
}

std::string take_value(std::string_view& rest) {
    if (rest.starts_with('"') || rest.starts_with('\'')) return take_quoted(rest);
    auto value = take(rest, is_separator);
    if (value.ends_with(',')) value.remove_suffix(1); // a proxy has joined two headers
    return std::string(value);
}

} // namespace

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string media_type_of(std::string_view content_type) {
    skip_space(content_type);
    return lower_case(take(content_type, is_separator));
}

std::string parameter_of(std::string_view content_type, std::string_view name) {
    while (!content_type.empty()) {
        take(content_type, [](char c) { return !is_separator(c); });
        const auto key = lower_case(take(content_type, [](char c) { return c == '=' || is_separator(c); }));
        skip_space(content_type);
        if (!content_type.starts_with('=')) continue;
        content_type.remove_prefix(1);
        skip_space(content_type);
        auto value = take_value(content_type);
        if (key == name) return value;
    }
    return {};
}

} // namespace contego::wire
