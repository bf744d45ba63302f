#include "binding/decode.hpp"

#include "binding/content_type.hpp"
#include "binding/utf_8.hpp"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

namespace contego::wire {
namespace {

constexpr std::string_view replacement_utf_8 = "\xEF\xBF\xBD";

std::string_view without_leading_space(std::string_view bytes) {
    while (!bytes.empty() && is_space(bytes.front()))
        bytes.remove_prefix(1);
    return bytes;
}

// Maps the names of a character set to the one name that is used below.
std::string known_name(std::string_view written) {
    auto name = lower_case(trimmed(written));
    if (name == "utf-8") return name;
    std::ranges::replace(name, '_', '-');
    for (const auto* utf_8 : {"utf8", "us-ascii", "ascii", "unicode-1-1-utf-8"})
        if (name == utf_8) return "utf-8";
    for (const auto* latin_1 : {"latin1", "latin-1", "l1", "iso88591"})
        if (name == latin_1) return "iso-8859-1";
    if (name.starts_with("utf16")) return "utf-16" + name.substr(5);
    if (name.starts_with("iso8859-")) return "iso-" + name.substr(3);
    if (name.starts_with("cp125")) return "windows-" + name.substr(2);
    return name;
}

// Returns the encoding in the XML declaration, or an empty text if there is none.
std::string declared(std::string_view bytes) {
    bytes = without_leading_space(bytes);
    if (!bytes.starts_with("<?xml")) return {};
    const auto declaration = bytes.substr(0, bytes.find("?>"));
    const auto name = declaration.find("encoding");
    if (name == std::string_view::npos) return {};
    const auto opening = declaration.find_first_of("\"'", name);
    if (opening == std::string_view::npos) return {};
    const auto closing = declaration.find(declaration[opening], opening + 1);
    if (closing == std::string_view::npos) return {};
    return known_name(declaration.substr(opening + 1, closing - opening - 1));
}

// Recognises XML in two-byte characters: it begins with `<` and a zero byte, in either order. Blanks may
// precede it.
std::string sniffed(std::string_view bytes) {
    for (; bytes.size() >= 2; bytes.remove_prefix(2)) {
        const bool little = bytes[1] == '\0';
        if (little == (bytes[0] == '\0')) return {};
        const char c = little ? bytes[0] : bytes[1];
        if (c == '<') return little ? "utf-16le" : "utf-16be";
        if (!is_space(c)) return {};
    }
    return {};
}

struct mark {
    std::string_view bytes;
    std::string_view charset;
};

constexpr std::array marks{
    mark{.bytes = "\xEF\xBB\xBF", .charset = "utf-8"},
    mark{.bytes = "\xFE\xFF", .charset = "utf-16be"},
    mark{.bytes = "\xFF\xFE", .charset = "utf-16le"},
};

std::string charset_of(std::string_view bytes, std::string_view charset) {
    const auto two_byte = sniffed(bytes);
    const bool one_byte = two_byte.empty() && without_leading_space(bytes).starts_with('<');
    auto named = known_name(charset);
    if (named == "utf-16" && one_byte) named.clear(); // the bytes are not UTF-16
    if (named.empty() || named == "utf-16") named = two_byte.empty() ? named : two_byte;
    if (named.empty()) named = declared(bytes);
    if (named.starts_with("utf-16") && one_byte) named.clear();
    if (named.empty()) return "utf-8";
    return named == "utf-16" ? "utf-16be" : named;
}

decoded from_latin_1(std::string_view bytes) {
    decoded out;
    out.text.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes)
        append_utf_8(out.text, static_cast<unsigned char>(c));
    return out;
}

// An answer may name any character set. Only these families are passed to the C library.
bool is_convertible(std::string_view charset) {
    return charset == "utf-16le" || charset == "utf-16be" || charset.starts_with("iso-8859-") ||
           charset.starts_with("windows-125");
}

struct converter_closer {
    void operator()(void* converter) const { iconv_close(converter); }
};

std::optional<decoded> converted(std::string_view bytes, const std::string& charset, wrong_bytes wrong) {
    auto* const opened = iconv_open("UTF-8", charset.c_str());
    if (opened == reinterpret_cast<iconv_t>(-1)) return std::nullopt; // NOLINT: the C library's own sentinel
    const std::unique_ptr<void, converter_closer> converter(opened);
    const std::size_t unit = charset.starts_with("utf-16") ? 2 : 1;
    constexpr std::size_t longest_stretch = 1024;
    std::string in(bytes);
    decoded out;
    std::array<char, 4096> buffer{};
    auto* from = in.data();
    auto left = in.size();
    while (left > 0) {
        auto* to = buffer.data();
        auto room = buffer.size();
        const auto stretch = std::min(left, longest_stretch);
        auto rest = stretch;
        const bool failed = iconv(converter.get(), &from, &rest, &to, &room) == static_cast<std::size_t>(-1);
        out.text.append(buffer.data(), buffer.size() - room);
        left -= stretch - rest;
        if (!failed || errno == E2BIG) continue;
        const bool ends_early = errno == EINVAL; // in the middle of a character
        if (ends_early && rest < left) continue;
        out.sound = false;
        if (wrong == wrong_bytes::refused) break;
        out.text += replacement_utf_8;
        const auto skipped = ends_early ? left : std::min(unit, left);
        from += skipped;
        left -= skipped;
    }
    return out;
}

// Replaces every sequence that is not UTF-8. Keeps everything else, even control characters.
decoded mended(std::string_view bytes, wrong_bytes wrong) {
    decoded out;
    out.text.reserve(bytes.size());
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto run = length_of_ascii(bytes.substr(at));
        out.text.append(bytes, at, run);
        at += run;
        if (at == bytes.size()) break;
        const auto begin = at;
        const auto c = next_code_point(bytes, at);
        if (c == replacement_character && bytes.substr(begin, at - begin) != replacement_utf_8)
            out.sound = false;
        if (!out.sound && wrong == wrong_bytes::refused) break;
        append_utf_8(out.text, c);
    }
    return out;
}

std::optional<decoded> decoded_as(std::string_view bytes, const std::string& charset, wrong_bytes wrong) {
    if (charset == "utf-8") return mended(bytes, wrong);
    if (charset == "iso-8859-1") return from_latin_1(bytes);
    if (!is_convertible(charset)) return std::nullopt;
    return converted(bytes, charset, wrong);
}

} // namespace

std::optional<decoded> decode(std::string_view bytes, std::string_view charset, wrong_bytes wrong) {
    const auto start = without_leading_space(bytes);
    for (const auto& m : marks)
        if (start.starts_with(m.bytes))
            return decoded_as(start.substr(m.bytes.size()), std::string(m.charset), wrong);
    auto named = charset_of(bytes, charset);
    auto out = decoded_as(bytes, named, wrong);
    if (out && out->sound) return out;
    if (const auto other = declared(bytes); !other.empty() && other != named)
        if (auto better = decoded_as(bytes, other, wrong); better && better->sound) return better;
    return out;
}

} // namespace contego::wire
