#include <contego/command.hpp>

#include <algorithm>

namespace contego {
namespace {

value masked_value(const value& v) {
    if (const auto* members = v.members()) return masked(*members);
    if (const auto* items = v.items()) {
        value::list all;
        all.reserve(items->size());
        for (const auto& item : *items)
            all.push_back(masked_value(item));
        return all;
    }
    return v;
}

} // namespace

// Any name that contains `pin` is a secret, so that a CRM that misspells `new_pin` does not leave its PIN
// readable. No other valid name contains these letters; only an unknown name such as `mapping` is masked
// without need. contego.masked has the same rule.
bool is_secret(std::string_view name) {
    static constexpr std::string_view letters = "pin";
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return !std::ranges::search(name, letters, {}, lower).empty();
}

value::object masked(const value::object& parameters) {
    value::object all;
    for (const auto& [name, v] : parameters)
        all.emplace(name, is_secret(name) ? value("****") : masked_value(v));
    return all;
}

} // namespace contego
