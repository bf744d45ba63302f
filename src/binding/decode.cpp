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

// The encoding that the XML declaration names, in lower case; empty where there is none.
std::string declared(std::string_view bytes) {
    if (!bytes.starts_with("<?xml")) return {};
    const auto declaration = bytes.substr(0, bytes.find("?>"));
    const auto name = declaration.find("encoding");
    if (name == std::string_view::npos) return {};
    const auto opening = declaration.find_first_of("\"'", name);
    if (opening == std::string_view::npos) return {};
    const auto closing = declaration.find(declaration[opening], opening + 1);
    if (closing == std::string_view::npos) return {};
    return lower_case(declaration.substr(opening + 1, closing - opening - 1));
}

// XML in two-byte characters begins with `<` and a zero, one way round or the other.
std::string_view sniffed(std::string_view bytes) {
    if (bytes.starts_with(std::string_view("<\0", 2))) return "utf-16le";
    if (bytes.starts_with(std::string_view("\0<", 2))) return "utf-16be";
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
    const auto two_byte = std::string(sniffed(bytes));
    auto named = lower_case(charset);
    if (named == "utf-16" && two_byte.empty() && bytes.starts_with('<'))
        named.clear(); // it says so and is not
    if (named.empty() || named == "utf-16") named = two_byte.empty() ? named : two_byte;
    if (named.empty()) named = declared(bytes);
    if (named.starts_with("utf-16") && two_byte.empty() && bytes.starts_with('<')) named.clear();
    if (named.empty() || named == "utf8" || named == "us-ascii" || named == "ascii") return "utf-8";
    if (named == "utf-16") return "utf-16be";
    if (named == "latin1") return "iso-8859-1";
    return named;
}

std::string from_latin_1(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes)
        append_utf_8(out, static_cast<unsigned char>(c));
    return out;
}

// An answer may name any character set; only these families are handed to the C library.
bool is_convertible(std::string_view charset) {
    return charset == "utf-16le" || charset == "utf-16be" || charset.starts_with("iso-8859-") ||
           charset.starts_with("windows-125");
}

struct converter_closer {
    void operator()(void* converter) const { iconv_close(converter); }
};

std::optional<std::string> converted(std::string_view bytes, const std::string& charset) {
    auto* const opened = iconv_open("UTF-8", charset.c_str());
    if (opened == reinterpret_cast<iconv_t>(-1)) return std::nullopt; // NOLINT: the C library's own sentinel
    const std::unique_ptr<void, converter_closer> converter(opened);
    const std::size_t unit = charset.starts_with("utf-16") ? 2 : 1;
    std::string in(bytes);
    std::string out;
    std::array<char, 4096> buffer{};
    auto* from = in.data();
    auto left = in.size();
    while (left > 0) {
        auto* to = buffer.data();
        auto room = buffer.size();
        const bool failed = iconv(converter.get(), &from, &left, &to, &room) == static_cast<std::size_t>(-1);
        out.append(buffer.data(), buffer.size() - room);
        if (!failed || errno == E2BIG) continue;
        out += replacement_utf_8;
        const auto skipped = errno == EINVAL ? left : std::min(unit, left);
        from += skipped;
        left -= skipped;
    }
    return out;
}

// Every sequence that is no UTF-8 replaced; all else, control characters too, as it is.
std::string mended(std::string_view bytes) {
    std::string out;
    out.reserve(bytes.size());
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto run = at;
        while (at < bytes.size() && static_cast<unsigned char>(bytes[at]) < 0x80)
            ++at;
        out.append(bytes, run, at - run);
        if (at < bytes.size()) append_utf_8(out, next_code_point(bytes, at));
    }
    return out;
}

std::optional<std::string> decoded_as(std::string_view bytes, const std::string& charset) {
    if (charset == "utf-8") return mended(bytes);
    if (charset == "iso-8859-1") return from_latin_1(bytes);
    if (!is_convertible(charset)) return std::nullopt;
    return converted(bytes, charset);
}

} // namespace

std::optional<std::string> decode(std::string_view bytes, std::string_view charset) {
    for (const auto& m : marks)
        if (bytes.starts_with(m.bytes))
            return decoded_as(bytes.substr(m.bytes.size()), std::string(m.charset));
    return decoded_as(bytes, charset_of(bytes, charset));
}

} // namespace contego::wire
