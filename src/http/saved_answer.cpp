#include "http/saved_answer.hpp"

#include "http/answer.hpp"
#include "http/endpoint_options.hpp"
#include "http/retry_after.hpp"

#include <chrono>
#include <limits>
#include <utility>

namespace contego::http {
namespace {

/// The lines of a head, each without its carriage return, and the text behind the empty line.
struct parts {
    std::string lines;
    std::string_view body;
};

parts split(std::string_view text) {
    parts out;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) break;
        out.lines.append(line).append("\n");
    }
    out.body = text;
    return out;
}

exchange too_large() {
    exchange out;
    out.state = exchange_state::sent_no_answer;
    out.error = transport_error::too_large;
    out.detail = "the body is longer than the body limit";
    return out;
}

/// Returns the answer with its chunks joined.
std::variant<exchange, std::string> joined(std::string_view text, exchange out) {
    constexpr auto most = std::numeric_limits<std::size_t>::max();
    answer_reader reader({.header = endpoint_options{}.header_limit, .body = most});
    auto state = reader.feed(text);
    if (state == answer_reader::progress::more) state = reader.end();
    if (state == answer_reader::progress::failed) return reader.detail();
    reader.move_into(out, std::chrono::system_clock::now());
    return out;
}

std::variant<exchange, std::string> with_head(std::string_view text, exchange out, int heads_before = 0) {
    constexpr int most_interim_heads = 8; // as in answer_reader
    if (heads_before > most_interim_heads) return "the server sent more than 8 interim answers";
    const auto [lines, body] = split(text);
    const auto read = read_head(lines);
    if (const auto* why = std::get_if<std::string>(&read)) return *why;
    const auto& head = std::get<answer_head>(read);
    if (head.is_interim()) return with_head(body, std::move(out), heads_before + 1);
    if (head.chunked && !body.starts_with('<')) return joined(text, std::move(out));
    out.http_status = head.status;
    out.content_type = head.content_type;
    out.retry_after = parse_retry_after(head.retry_after, std::chrono::system_clock::now());
    out.body = body;
    return out;
}

} // namespace

std::variant<exchange, std::string> read_saved_answer(std::string_view text, const saved_answer_options& o) {
    exchange out;
    out.state = exchange_state::answered;
    out.http_status = o.status;
    out.content_type = o.content_type;
    if (!text.starts_with("HTTP/")) {
        if (text.size() > o.body_limit) return too_large();
        out.body = text;
        return out;
    }
    auto read = with_head(text, std::move(out));
    const auto* got = std::get_if<exchange>(&read);
    return got != nullptr && got->body.size() > o.body_limit ? too_large() : std::move(read);
}

} // namespace contego::http
