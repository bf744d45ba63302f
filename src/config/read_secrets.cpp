#include "config/read_secrets.hpp"

#include "binding/utf_8.hpp"

#include <algorithm>

namespace contego::daemon {
namespace {

constexpr std::size_t shortest = 4;
constexpr std::size_t longest = 1000;

/// Returns whether the text is valid UTF-8 without control characters.
bool is_printable(std::string_view text) {
    return text.find('\t') == std::string_view::npos && wire::cleaned(text) == text;
}

/// Returns why a line is wrong, or an empty text if it is good. The name is not shown, because it may be a
/// password without a name that contains a `=`.
std::string mistake_in(std::string_view line, const secret_values& before) {
    const auto equals = line.find('=');
    const auto name = line.substr(0, std::min(equals, line.size()));
    if (equals == std::string_view::npos) return "must have the form NAME=VALUE";
    if (!is_secret_name(name)) return "the name before = must have letters, digits, - and _ only";
    if (before.contains(name)) return "the same name is on an earlier line";
    const auto secret = line.substr(equals + 1);
    if (secret.size() < shortest || secret.size() > longest) return "the value must have 4 to 1000 bytes";
    if (!is_printable(secret)) return "the value must be UTF-8 without control characters";
    return {};
}

} // namespace

secrets_reading read_secrets(std::string_view content) {
    secrets_reading read;
    std::size_t number = 0;
    while (!content.empty()) {
        const auto end = std::min(content.find('\n'), content.size());
        auto line = content.substr(0, end);
        content.remove_prefix(std::min(end + 1, content.size()));
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        if (auto why = mistake_in(line, read.values); !why.empty())
            read.mistakes.push_back("line " + std::to_string(number) + ": " + std::move(why));
        else
            read.values.emplace(line.substr(0, line.find('=')), line.substr(line.find('=') + 1));
    }
    return read;
}

} // namespace contego::daemon
