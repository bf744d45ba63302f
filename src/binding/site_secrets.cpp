#include "binding/site_secrets.hpp"

#include "binding/content_type.hpp"
#include "binding/markup.hpp"
#include "binding/secret_forms.hpp"
#include "binding/unescaped.hpp"

#include <algorithm>
#include <utility>

namespace contego::wire {

site_secrets::site_secrets(secret_values values) : values_(std::move(values)) {
    std::erase_if(values_, [](const auto& one) { return one.second.empty(); });
    for (const auto& [name, secret] : values_) {
        std::ranges::move(base64_forms(secret), std::back_inserter(encoded_));
        // Hexadecimal digits are compared in lower case.
        std::ranges::move(hexadecimal_forms(secret), std::back_inserter(encoded_));
    }
}

std::string_view site_secrets::value_of(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : std::string_view(found->second);
}

std::string site_secrets::over_each(std::string text) const {
    for (const auto& [name, secret] : values_)
        for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + mask.size()))
            text.replace(at, secret.size(), mask);
    return text;
}

// An escape may itself be escaped. A third level has not been seen in production.
bool site_secrets::is_repeated_in(std::string_view text) const {
    if (empty()) return false;
    constexpr int levels = 3;
    std::string level(text);
    for (int i = 0; i <= levels; ++i) {
        if (stands_in(level)) return true;
        auto next = unescaped(level);
        if (next == level) return false;
        level = std::move(next);
    }
    return false;
}

bool site_secrets::stands_in(std::string_view text) const {
    const auto joined = without_blanks(text);
    const auto lower = lower_case(joined);
    if (std::ranges::any_of(encoded_, [&](const auto& form) {
            return joined.find(form) != std::string::npos || lower.find(form) != std::string::npos;
        }))
        return true;
    // A tag becomes a blank. So does a blank inside a secret disappear from both texts.
    const auto texts =
        without_blanks(without_markup(text, {.texts = true, .values = false, .comments = false}));
    return std::ranges::any_of(values_, [&](const auto& one) {
        const auto secret = without_blanks(one.second);
        return joined.find(secret) != std::string::npos || texts.find(secret) != std::string::npos;
    });
}

} // namespace contego::wire
