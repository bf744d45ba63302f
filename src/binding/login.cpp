#include "binding/login.hpp"

#include "binding/answer.hpp"
#include "binding/content_type.hpp"
#include "binding/disclose.hpp"
#include "binding/markup.hpp"
#include "binding/read.hpp"
#include "binding/utf_8.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

namespace contego::wire {
namespace {

// A shorter token may be a part of any text. Masking it would spoil the answers.
constexpr std::size_t shortest_token = 4;
constexpr std::size_t longest_token = std::size_t{16} << 10U;

/// The token, or a sentence that says why there is none.
struct found_token {
    std::string text{};
    std::string problem{};
};

// Returns the value of the first header field of this name that `wanted` accepts.
template <typename Wanted>
std::optional<std::string> field_of(std::string_view lines, std::string_view name, Wanted wanted) {
    const auto wanted_name = lower_case(name);
    while (!lines.empty()) {
        const auto line = lines.substr(0, lines.find('\n'));
        lines.remove_prefix(std::min(lines.size(), line.size() + 1));
        const auto colon = line.find(':');
        if (colon == std::string_view::npos || lower_case(line.substr(0, colon)) != wanted_name) continue;
        if (auto accepted = wanted(trimmed(line.substr(colon + 1)))) return accepted;
    }
    return std::nullopt;
}

std::optional<std::string> cookie_in(std::string_view lines, std::string_view name) {
    return field_of(lines, "set-cookie", [name](std::string_view value) -> std::optional<std::string> {
        const auto pair = value.substr(0, value.find(';'));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) return std::nullopt;
        return std::string(trimmed(pair.substr(equals + 1)));
    });
}

std::optional<std::string> header_in(std::string_view lines, std::string_view name) {
    return field_of(lines, name, [](std::string_view value) { return std::optional(std::string(value)); });
}

// The token may be in the Header of the envelope, so the whole answer is searched.
found_token token_in(const compiled_session& s, const exchange& e, body_text body) {
    if (!s.header.empty()) return {.text = header_in(e.header, s.header).value_or(std::string())};
    if (!s.cookie.empty()) return {.text = cookie_in(e.header, s.cookie).value_or(std::string())};
    answer a(e, std::move(body));
    if (a.what() == answer::kind::fault) a.strip();
    if (s.call.answer.document)
        if (auto why = a.open_document(s.call.answer.document); !why.empty())
            return {.problem = std::move(why)};
    auto [found, other] = joint_text_at(s.token, a.document());
    if (found && other) return {.problem = "the answer to the login has more than one token"};
    return {.text = found.value_or(std::string())};
}

std::string problem_of(std::string_view token) {
    if (token.empty()) return "the answer to the login has no token where the binding looks for it";
    if (token.size() < shortest_token)
        return "the token of the session has less than " + std::to_string(shortest_token) +
               " characters, so it could not be masked";
    if (token.size() > longest_token)
        return "the token of the session has more than " + std::to_string(longest_token) + " characters";
    const bool is_printable = std::ranges::all_of(token, [](char c) { return c >= ' ' && c <= '~'; });
    return is_printable ? "" : "the token of the session has characters that are not printable ASCII";
}

reply without_token(const reply& was, std::string why) {
    auto r = was;
    r.outcome = outcome::hold;
    r.error_code = "UNREADABLE_ANSWER";
    r.error_description = std::move(why);
    return r;
}

} // namespace

login_answer
read_login(const compiled_session& s, const site_secrets& of_site, const sending& sent, const exchange& e) {
    const command none{}; // without parameters, so without a PIN
    const veil of_request(none, of_site);
    const auto body = body_text_of(e, most_bytes_stored(of_request));
    login_answer out{.token = {}, .answer = read_exchange({s.call, none, &sent, of_request}, e, body)};
    if (out.answer.outcome == outcome::success) {
        auto [token, problem] = token_in(s, e, body);
        if (problem.empty()) problem = problem_of(token);
        if (problem.empty())
            out.token = std::move(token);
        else
            out.answer = without_token(out.answer, std::move(problem));
    }
    const veil of_answer(none, of_site, out.token);
    out.answer = disclosed(std::move(out.answer), of_answer, {});
    return out;
}

} // namespace contego::wire
