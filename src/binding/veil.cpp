#include "binding/veil.hpp"

#include "binding/codes.hpp"
#include "binding/secret_forms.hpp"
#include "binding/spread.hpp"
#include "binding/unescaped.hpp"
#include "binding/utf_8.hpp"
#include <contego/parameter.hpp>

#include <algorithm>
#include <iterator>

namespace contego::wire {
namespace {

// Shorter secrets appear in many texts as numbers of characters.
constexpr std::size_t shortest_in_codes = 3;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
    return (begin == 0 || !is_digit(text[begin - 1])) && (end == text.size() || !is_digit(text[end]));
}

std::string masked_text(std::string_view text, std::string_view secret) {
    std::string out;
    out.reserve(text.size());
    std::size_t copied = 0;
    for (auto at = text.find(secret); at != std::string_view::npos; at = text.find(secret, at + 1)) {
        if (at < copied || !stands_alone(text, at, at + secret.size())) continue;
        out.append(text, copied, at - copied);
        out += mask;
        copied = at + secret.size();
    }
    return out.append(text.substr(copied));
}

} // namespace

veil::veil(const command& c, const site_secrets& of_site, const std::string& session) : of_site_(of_site) {
    if (!session.empty()) session_ = site_secrets({{"session", session}});
    for (const auto& p : parameters_of(c.type)) {
        if (p.kind != parameter_kind::pin) continue;
        const auto found = c.parameters.find(p.name);
        if (found == c.parameters.end() || found->second.text() == nullptr) continue;
        if (!found->second.text()->empty()) secrets_.emplace_back(*found->second.text());
    }
    for (const auto secret : secrets_) {
        std::ranges::move(base64_forms(secret), std::back_inserter(encoded_));
        if (secret.size() >= shortest_in_codes)
            std::ranges::move(hexadecimal_forms(secret), std::back_inserter(encoded_));
    }
}

std::string veil::over_each(std::string text) const {
    text = session_.over_each(of_site_.over_each(std::move(text)));
    for (const auto secret : secrets_)
        text = masked_text(text, secret);
    return text;
}

std::string veil::over(std::string text) const {
    if (has_pin() && text.size() > longest) return std::string(notice_of_length);
    text = over_each(std::move(text));
    const bool repeats =
        is_repeated_in(text) || of_site_.is_repeated_in(text) || session_.is_repeated_in(text);
    return repeats ? std::string(notice) : text;
}

std::string veil::over_part_of_withheld(std::string text) const {
    const bool harmless = std::ranges::none_of(with_plain_digits(text), is_digit);
    return harmless ? over(std::move(text)) : std::string(notice);
}

// An escape may itself be escaped. A third level has not been seen in production.
bool veil::is_repeated_in(const std::string& text) const {
    if (!has_pin()) return false;
    constexpr int levels = 3;
    auto level = with_plain_digits(text);
    for (int i = 0; i <= levels; ++i) {
        if (stands_in(level)) return true;
        auto next = with_plain_digits(unescaped(level));
        if (next == level) return false;
        level = std::move(next);
    }
    return false;
}

bool veil::stands_in(const std::string& text) const {
    const auto joined = without_blanks(text); // Base64 is broken into lines
    return std::ranges::any_of(encoded_,
                               [&](const auto& e) { return joined.find(e) != std::string::npos; }) ||
           std::ranges::any_of(secrets_, [&](auto secret) {
               return is_spread_over(text, secret) ||
                      (secret.size() >= shortest_in_codes && is_in_codes(text, secret));
           });
}

} // namespace contego::wire
