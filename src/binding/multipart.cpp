#include "binding/multipart.hpp"

#include "binding/content_type.hpp"
#include "binding/utf_8.hpp"

namespace contego::wire {
namespace {

// Takes the next line without its end, which may be a line feed alone; `rest` moves behind it.
std::string_view take_line(std::string_view& rest) {
    const auto end = rest.find('\n');
    auto line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

// Takes the next header with its continuation lines, which begin with a blank or a tab.
std::string take_header(std::string_view& rest) {
    std::string header(take_line(rest));
    while (rest.starts_with(' ') || rest.starts_with('\t'))
        (header += ' ') += trimmed(take_line(rest));
    return header;
}

std::string header_of(std::string_view headers, std::string_view name) {
    while (!headers.empty()) {
        const auto header = take_header(headers);
        const auto colon = header.find(':');
        if (colon != std::string::npos &&
            lower_case(trimmed(std::string_view(header).substr(0, colon))) == name)
            return std::string(trimmed(std::string_view(header).substr(colon + 1)));
    }
    return {};
}

// Removes the brackets: `<root>` and `root` are the same. Some servers omit the brackets in one of the two
// places.
std::string_view without_brackets(std::string_view id) {
    if (id.starts_with('<')) id.remove_prefix(1);
    if (id.ends_with('>')) id.remove_suffix(1);
    return id;
}

// The position of a delimiter line in the body.
struct delimiter_line {
    std::size_t begin;
    std::size_t end;
    bool closing; // it follows the last part
};

std::optional<delimiter_line> find_line(std::string_view body, std::string_view delimiter, std::size_t from) {
    for (auto at = body.find(delimiter, from); at != std::string_view::npos;
         at = body.find(delimiter, at + 1)) {
        if (at > 0 && body[at - 1] != '\n') continue;
        auto rest = body.substr(at + delimiter.size());
        const bool closing = rest.starts_with("--");
        if (closing) rest.remove_prefix(2);
        if (trimmed(take_line(rest)).empty())
            return delimiter_line{.begin = at, .end = body.size() - rest.size(), .closing = closing};
    }
    return std::nullopt;
}

// Returns a part's headers and body. The line end before the next delimiter belongs to the delimiter.
std::optional<part> part_of(std::string_view text, std::string_view start) {
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    auto rest = text;
    while (!rest.empty() && !take_line(rest).empty())
        if (text.size() - rest.size() > longest_part_headers) return std::nullopt;
    const auto headers = text.substr(0, text.size() - rest.size());
    if (!start.empty() && without_brackets(header_of(headers, "content-id")) != start) return std::nullopt;
    const auto encoding = lower_case(header_of(headers, "content-transfer-encoding"));
    if (encoding == "base64" || encoding == "quoted-printable") return std::nullopt;
    return part{.content_type = header_of(headers, "content-type"), .body = rest};
}

} // namespace

std::optional<part> root_part(std::string_view content_type, std::string_view body) {
    const auto boundary = parameter_of(content_type, "boundary");
    if (boundary.empty() || boundary.size() > longest_boundary) return std::nullopt;
    const auto delimiter = "--" + boundary;
    const auto start = parameter_of(content_type, "start");
    for (auto line = find_line(body, delimiter, 0); line && !line->closing;) {
        const auto next = find_line(body, delimiter, line->end);
        if (!next) return std::nullopt;
        const auto text = body.substr(line->end, next->begin - line->end);
        if (const auto found = part_of(text, without_brackets(start))) return found;
        if (start.empty()) return std::nullopt;
        line = next;
    }
    return std::nullopt;
}

} // namespace contego::wire
