#include "binding/content_type.hpp"

#include "binding/utf_8.hpp"

namespace contego::wire {
namespace {

// What stands before the delimiter; the delimiter is taken away with it.
std::string_view cut(std::string_view& rest, char delimiter) {
    const auto end = rest.find(delimiter);
    const auto before = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return before;
}

// The same for a quoted string: `rest` begins behind the opening quote.
std::string unquoted(std::string_view& rest) {
    std::string out;
    while (!rest.empty() && rest.front() != '"') {
        if (rest.front() == '\\' && rest.size() > 1) rest.remove_prefix(1);
        out += rest.front();
        rest.remove_prefix(1);
    }
    cut(rest, ';');
    return out;
}

std::string_view header_of(std::string_view headers, std::string_view name) {
    while (!headers.empty()) {
        auto line = cut(headers, '\n');
        if (lower_case(trimmed(cut(line, ':'))) == name) return trimmed(line);
    }
    return {};
}

// A part's headers and body, up to the next delimiter, both line ends of the RFC taken off.
std::optional<part> part_of(std::string_view text, std::string_view start) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const auto headers = text.substr(0, end);
    if (!start.empty() && header_of(headers, "content-id") != start) return std::nullopt;
    const auto encoding = lower_case(header_of(headers, "content-transfer-encoding"));
    if (encoding == "base64" || encoding == "quoted-printable") return std::nullopt;
    return part{.content_type = header_of(headers, "content-type"), .body = text.substr(end + 4)};
}

} // namespace

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (auto& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::string media_type_of(std::string_view content_type) {
    return lower_case(trimmed(cut(content_type, ';')));
}

std::string parameter_of(std::string_view content_type, std::string_view name) {
    cut(content_type, ';');
    while (!content_type.empty()) {
        const auto equals = content_type.find('=');
        if (equals == std::string_view::npos) return {};
        const auto key = lower_case(trimmed(content_type.substr(0, equals)));
        content_type = trimmed(content_type.substr(equals + 1));
        std::string found;
        if (content_type.starts_with('"')) {
            content_type.remove_prefix(1);
            found = unquoted(content_type);
        } else {
            found = trimmed(cut(content_type, ';'));
        }
        if (key == name) return found;
    }
    return {};
}

std::optional<part> root_part(std::string_view content_type, std::string_view body) {
    const auto boundary = parameter_of(content_type, "boundary");
    if (boundary.empty()) return std::nullopt;
    const auto delimiter = "--" + boundary;
    const auto start = parameter_of(content_type, "start");
    auto at = body.find(delimiter);
    while (at != std::string_view::npos) {
        const auto begin = at + delimiter.size();
        const auto end = body.find("\r\n" + delimiter, begin);
        if (end == std::string_view::npos) return std::nullopt;
        if (const auto found = part_of(body.substr(begin, end - begin), start)) return found;
        if (start.empty()) return std::nullopt;
        at = end + 2;
    }
    return std::nullopt;
}

} // namespace contego::wire
