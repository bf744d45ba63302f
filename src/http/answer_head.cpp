#include "http/answer_head.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace contego::http {
namespace {

constexpr std::string_view blanks = " \t";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

bool is_token(std::string_view text) {
    static constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || is_digit(c) ||
               marks.find(c) != std::string_view::npos;
    });
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string_view next_line(std::string_view& lines) {
    const auto end = std::min(lines.find('\n'), lines.size());
    const auto line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    return line;
}

/// Returns whether the next line begins with a blank, and so continues the line before it.
bool continues(std::string_view lines) {
    return !lines.empty() && blanks.find(lines.front()) != std::string_view::npos;
}

/// Calls `each` with every non-empty element of a comma-separated list.
template <typename Each>
void for_each_element(std::string_view list, Each each) {
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        if (const auto element = trimmed(list.substr(0, end)); !element.empty()) each(element);
        list.remove_prefix(std::min(end + 1, list.size()));
    }
}

/// Collects the fields of one header. `problem` describes the first fault that was found.
struct head_fields {
    answer_head out;
    std::string problem;
    bool is_1_0 = false;
    bool says_close = false;
    bool says_keep_alive = false;
    bool has_length = false;
    bool length_is_wrong = false;

    void refuse(std::string sentence) {
        if (problem.empty()) problem = std::move(sentence);
    }

    void read_status_line(std::string_view line) {
        constexpr std::string_view protocol = "HTTP/1.";
        const bool known = same(line.substr(0, protocol.size()), protocol);
        const auto blank = std::min(line.find_first_of(blanks), line.size());
        const auto minor =
            line.substr(std::min(protocol.size(), blank), blank - std::min(protocol.size(), blank));
        if (!known || minor.size() != 1 || !is_digit(minor[0]))
            return refuse("the status line does not begin with HTTP/1.1");
        is_1_0 = minor == "0";
        const auto begin = std::min(line.find_first_not_of(blanks, blank), line.size());
        const auto status =
            line.substr(begin, std::min(line.find_first_of(blanks, begin), line.size()) - begin);
        if (status.size() != 3 || !std::ranges::all_of(status, is_digit))
            return refuse("the status line has no status of three digits");
        std::from_chars(status.data(), status.data() + status.size(), out.status);
        if (out.status < 100) refuse("the status is below 100");
        if (out.status == 101) refuse("the server switches protocols, which was not asked for");
        out.tolerated =
            !line.starts_with(protocol) || (begin != blank && line.substr(blank, begin - blank) != " ");
    }

    /// Accepts a repeated length if all its values are equal.
    void read_length(std::string_view value) {
        bool any = false;
        for_each_element(value, [&](std::string_view element) {
            any = true;
            std::uint64_t length = 0;
            const auto [end, error] =
                std::from_chars(element.data(), element.data() + element.size(), length);
            if (error == std::errc::result_out_of_range) length = std::numeric_limits<std::uint64_t>::max();
            length_is_wrong = length_is_wrong || end != element.data() + element.size() ||
                              (out.length && *out.length != length);
            out.tolerated = out.tolerated || out.length.has_value();
            out.length = length;
        });
        length_is_wrong = length_is_wrong || !any;
        has_length = true;
    }

    void read_coding(std::string_view value) {
        for_each_element(value, [this](std::string_view coding) {
            if (same(coding, "identity")) return;
            if (!same(coding, "chunked"))
                refuse("the transfer coding " + std::string(coding) + " was not asked for");
            if (out.chunked) refuse("the answer is chunked twice");
            out.chunked = true;
        });
    }

    void read_connection(std::string_view value) {
        for_each_element(value, [this](std::string_view option) {
            says_close = says_close || same(option, "close");
            says_keep_alive = says_keep_alive || same(option, "keep-alive");
        });
    }

    void read_field(std::string_view name, std::string_view value) {
        const auto keep_first = [value](std::string& text) {
            if (text.empty()) text = value;
        };
        if (same(name, "content-type")) return keep_first(out.content_type);
        if (same(name, "retry-after")) return keep_first(out.retry_after);
        if (same(name, "content-length")) return read_length(value);
        if (same(name, "transfer-encoding")) return read_coding(value);
        if (same(name, "connection")) return read_connection(value);
        if (same(name, "content-encoding") && !value.empty() && !same(value, "identity"))
            refuse("content encoding " + std::string(value) + " was not asked for");
    }

    void read_line(std::string_view line) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) return refuse("a header line has no colon");
        const auto name = line.substr(0, std::min(colon, line.find_last_not_of(blanks, colon - 1) + 1));
        if (!is_token(name)) return refuse("a header field has no valid name");
        out.tolerated = out.tolerated || name.size() != colon;
        read_field(name, trimmed(line.substr(colon + 1)));
    }

    void conclude() {
        // RFC 9112: chunks take precedence over a length, and HTTP/1.0 has no chunks.
        if (out.chunked) {
            out.tolerated = out.tolerated || has_length || is_1_0;
            out.length.reset();
        } else if (length_is_wrong && !out.is_bodiless()) {
            refuse("Content-Length is not one number");
        }
        out.keeps_alive = !says_close && (!is_1_0 || says_keep_alive);
    }
};

} // namespace

std::variant<answer_head, std::string> read_head(std::string_view lines) {
    head_fields fields;
    if (lines.find('\0') != std::string_view::npos || lines.find('\r') != std::string_view::npos)
        return "the header holds a zero byte or a lone carriage return";
    fields.read_status_line(next_line(lines));
    if (continues(lines)) fields.refuse("the first header line begins with a blank");
    while (!lines.empty() && fields.problem.empty()) {
        const auto line = next_line(lines);
        if (!continues(lines)) {
            fields.read_line(line);
            continue;
        }
        std::string whole(line);
        while (continues(lines))
            whole.append(" ").append(trimmed(next_line(lines)));
        fields.out.tolerated = true;
        fields.read_line(whole);
    }
    fields.conclude();
    if (!fields.problem.empty()) return std::move(fields.problem);
    return std::move(fields.out);
}

bool may_be_status_line(std::string_view beginning) {
    constexpr std::string_view protocol = "HTTP/";
    const auto known = std::min(beginning.size(), protocol.size());
    return same(beginning.substr(0, known), protocol.substr(0, known));
}

} // namespace contego::http
