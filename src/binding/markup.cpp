#include "binding/markup.hpp"

namespace contego::wire {
namespace {

constexpr char gap = ' ';
constexpr std::string_view opening = "<!--";
constexpr std::string_view closing = "-->";

// Replaces CDATA sections by their text. Comments are removed or replaced by their text. The opening of a
// comment inside a comment begins another one.
std::string without_sections(std::string_view text, bool comments) {
    std::string out;
    out.reserve(text.size());
    std::size_t end = 0; // the next closing sequence
    for (std::size_t at = 0; at < text.size();) {
        const auto rest = text.substr(at);
        std::size_t length = 0;
        if (rest.starts_with("<![CDATA[")) {
            length = 9;
        } else if (rest.starts_with("]]>") || rest.starts_with(closing)) {
            length = 3;
        } else if (rest.starts_with(opening)) {
            length = opening.size();
            if (end != std::string_view::npos && end < at + length) end = text.find(closing, at + length);
            const auto inner =
                rest.substr(0, end == std::string_view::npos ? 0 : end - at).find(opening, length);
            if (!comments && end != std::string_view::npos && inner == std::string_view::npos)
                length = end + closing.size() - at;
        }
        out += length == 0 ? text[at] : gap;
        at += length == 0 ? 1 : length;
    }
    return out;
}

void append_values(std::string& out, std::string_view tag) {
    for (;;) {
        const auto begin = tag.find_first_of("\"'");
        if (begin == std::string_view::npos) return;
        const auto end = tag.find(tag[begin], begin + 1);
        out.append(tag.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1));
        out += gap;
        if (end == std::string_view::npos) return;
        tag.remove_prefix(end + 1);
    }
}

} // namespace

std::string without_markup(std::string_view written, const shown_markup& kept) {
    const auto text = without_sections(written, kept.comments);
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto end = text[at] == '<' ? text.find_first_of("<>", at + 1) : std::string::npos;
        const bool tag = end != std::string::npos && text[end] == '>';
        if (!tag) {
            if (kept.texts) out += text[at];
            ++at;
            continue;
        }
        out += gap;
        if (kept.values) append_values(out, std::string_view(text).substr(at, end - at));
        at = end + 1;
    }
    return out;
}

} // namespace contego::wire
