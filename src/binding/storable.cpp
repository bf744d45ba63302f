#include "binding/storable.hpp"

#include "binding/content_type.hpp"
#include "binding/decode.hpp"
#include "binding/utf_8.hpp"
#include <contego/parameter.hpp>

namespace contego::wire {
namespace {

constexpr std::size_t longest = std::size_t{1} << 20U;
constexpr std::string_view mask = "****";

bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool stands_alone(std::string_view text, std::size_t begin, std::size_t end) {
    return (begin == 0 || !is_word(text[begin - 1])) && (end == text.size() || !is_word(text[end]));
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

std::vector<std::string_view> secrets_of(const command& c) {
    std::vector<std::string_view> secrets;
    for (const auto& p : parameters_of(c.type)) {
        if (p.kind != parameter_kind::pin) continue;
        const auto found = c.parameters.find(p.name);
        if (found == c.parameters.end() || found->second.text() == nullptr) continue;
        if (!found->second.text()->empty()) secrets.push_back(*found->second.text());
    }
    return secrets;
}

std::string without_secrets(std::string text, const std::vector<std::string_view>& secrets) {
    for (const auto secret : secrets)
        text = masked_text(text, secret);
    return text;
}

std::string storable_body(const command& c, const exchange& e) {
    auto text = decode(e.body, parameter_of(e.content_type, "charset"));
    auto clean = without_secrets(cleaned(text ? *text : e.body), secrets_of(c));
    clean.resize(shortened(clean, longest).size());
    return clean;
}

} // namespace contego::wire
