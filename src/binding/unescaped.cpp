#include "binding/unescaped.hpp"

#include "binding/utf_8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

namespace contego::wire {
namespace {

struct escape {
    char32_t meant;
    std::size_t length;
};

constexpr std::array<std::pair<std::string_view, char32_t>, 5> names{
    {{"&amp;", U'&'}, {"&lt;", U'<'}, {"&gt;", U'>'}, {"&quot;", U'"'}, {"&apos;", U'\''}}};

bool is_name(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

// Reads `count` digits after `prefix` bytes. If `count` is 0, reads as many as there are, at most 32.
std::optional<escape> number_in(std::string_view text, std::size_t prefix, int base, std::size_t count) {
    const auto written = text.substr(std::min(prefix, text.size()), count == 0 ? 32 : count);
    std::uint32_t n = 0;
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), n, base);
    const auto length = static_cast<std::size_t>(end - written.data());
    if (error != std::errc() || (count != 0 && length != count) || n > 0x10FFFF) return std::nullopt;
    return escape{.meant = n, .length = prefix + length};
}

// Reads an escape such as \u{34}.
std::optional<escape> braced_in(std::string_view text) {
    auto found = number_in(text, 3, 16, 0);
    if (!found || !text.substr(found->length).starts_with('}')) return std::nullopt;
    ++found->length;
    return found;
}

std::optional<escape> reference_in(std::string_view text) {
    for (const auto& [name, meant] : names)
        if (text.starts_with(name)) return escape{.meant = meant, .length = name.size()};
    if (const auto end = text.substr(0, 10).find(';');
        end != std::string_view::npos && is_name(text.substr(1, end - 1)))
        return escape{.meant = U' ', .length = end + 1}; // such as &nbsp;
    const bool hexadecimal = text.starts_with("&#x") || text.starts_with("&#X");
    if (!hexadecimal && !text.starts_with("&#")) return std::nullopt;
    auto found = number_in(text, hexadecimal ? 3 : 2, hexadecimal ? 16 : 10, 0);
    if (found && text.substr(found->length).starts_with(';')) ++found->length;
    return found;
}

std::optional<escape> escape_in(std::string_view text) {
    switch (text.front()) {
    case '&':
        return reference_in(text);
    case '%':
    case '=':
        return number_in(text, 1, 16, 2);
    case '\\':
        if (text.starts_with("\\u{")) return braced_in(text);
        if (text.starts_with("\\u")) return number_in(text, 2, 16, 4);
        if (text.starts_with("\\x")) return number_in(text, 2, 16, 2);
        return number_in(text, 1, 8, 3);
    default:
        return std::nullopt;
    }
}

} // namespace

std::string unescaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto found = escape_in(text.substr(at));
        if (found)
            append_utf_8(out, found->meant);
        else
            out += text[at];
        at += found ? found->length : 1;
    }
    return out;
}

} // namespace contego::wire
