#pragma once

#include "json/json.hpp"
#include "vocabulary/enum_table.hpp"
#include <contego/value.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace contego::daemon {

/// One key of the configuration: its description for people, and the function that stores its value.
template <typename Section>
struct setting {
    std::string_view name;
    std::string_view type; ///< `text`, `path`, `integer`, `boolean` or `list of texts`
    std::string range;
    std::string fallback; ///< the default as JSON, or `required` if there is none
    std::string_view meaning;
    /// Stores the value, or returns the rule that the value breaks.
    std::function<std::optional<std::string>(Section&, const value&)> store;
};

template <typename Section>
using settings = std::vector<setting<Section>>;

// Each of these functions makes a setting that stores into the member of its section that `at` returns. The
// default of a setting is the value of that member in a default-constructed section.

/// Returns that value as the text of a JSON document.
template <typename Section, typename At>
std::string default_of(At at) {
    Section defaults{};
    const auto& member = at(defaults);
    if constexpr (std::is_same_v<decltype(member), const std::filesystem::path&>)
        return json::write(member.string());
    else if constexpr (std::is_same_v<decltype(member), const std::vector<std::string>&>)
        return json::write(value::list(member.begin(), member.end()));
    else if constexpr (std::is_same_v<decltype(member), const std::chrono::milliseconds&>)
        return std::to_string(member.count());
    else if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(member)>> &&
                       !std::is_same_v<decltype(member), const bool&>)
        return std::to_string(static_cast<std::int64_t>(member));
    else
        return json::write(member);
}

template <typename Section, typename At>
setting<Section> text_setting(std::string_view name, std::string_view meaning, At at) {
    return {name,
            "text",
            "",
            default_of<Section>(at),
            meaning,
            [at](Section& s, const value& v) -> std::optional<std::string> {
                if (v.text() == nullptr) return "must be text";
                if (v.text()->find('\0') != std::string::npos) return "must not contain a NUL character";
                at(s) = *v.text();
                return std::nullopt;
            }};
}

/// A setting for a text that the configuration must give.
template <typename Section, typename At>
setting<Section> required_text_setting(std::string_view name, std::string_view meaning, At at) {
    auto made = text_setting<Section>(name, meaning, at);
    made.fallback = "required";
    return made;
}

template <typename Section, typename At>
setting<Section> path_setting(std::string_view name, std::string_view meaning, At at) {
    auto made = text_setting<Section>(name, meaning, at);
    made.type = "path";
    return made;
}

/// A setting for an IPv4 or IPv6 address.
template <typename Section, typename At>
setting<Section> address_setting(std::string_view name, std::string_view meaning, At at) {
    auto made = text_setting<Section>(name, meaning, at);
    made.store = [at](Section& s, const value& v) -> std::optional<std::string> {
        std::array<unsigned char, sizeof(::in6_addr)> bytes{};
        const auto* text = v.text();
        if (text == nullptr || text->find('\0') != std::string::npos ||
            (::inet_pton(AF_INET, text->c_str(), bytes.data()) != 1 &&
             ::inet_pton(AF_INET6, text->c_str(), bytes.data()) != 1))
            return "must be an IP address, such as 127.0.0.1 or ::1";
        at(s) = *text;
        return std::nullopt;
    };
    return made;
}

template <typename Section, typename At>
setting<Section> flag_setting(std::string_view name, std::string_view meaning, At at) {
    return {name,
            "boolean",
            "",
            default_of<Section>(at),
            meaning,
            [at](Section& s, const value& v) -> std::optional<std::string> {
                if (v.boolean() == nullptr) return "must be true or false";
                at(s) = *v.boolean();
                return std::nullopt;
            }};
}

/// A setting for a whole number in a range. If the member is a duration, the number counts milliseconds and
/// the key's name ends in `_ms`.
template <typename Section, typename At>
setting<Section> number_setting(
    std::string_view name, std::int64_t lowest, std::int64_t highest, std::string_view meaning, At at) {
    const auto range = std::to_string(lowest) + " to " + std::to_string(highest);
    return {name,
            "integer",
            range,
            default_of<Section>(at),
            meaning,
            [at, lowest, highest, range](Section& s, const value& v) -> std::optional<std::string> {
                const auto* n = v.integer();
                if (n == nullptr || *n < lowest || *n > highest)
                    return "must be a whole number from " + range;
                using member = std::remove_reference_t<decltype(at(s))>;
                at(s) = static_cast<member>(*n);
                return std::nullopt;
            }};
}

/// A setting for an ordered list of texts.
template <typename Section, typename At>
setting<Section> list_setting(std::string_view name, std::string_view meaning, At at) {
    return {name,
            "list of texts",
            "",
            default_of<Section>(at),
            meaning,
            [at](Section& s, const value& v) -> std::optional<std::string> {
                if (v.items() == nullptr) return "must be a list of texts";
                std::vector<std::string> all;
                for (const auto& item : *v.items()) {
                    if (item.text() == nullptr) return "must be a list of texts";
                    all.push_back(*item.text());
                }
                at(s) = std::move(all);
                return std::nullopt;
            }};
}

/// A setting for one of a few words. `choose` stores a word and is called with allowed words only.
template <typename Section>
setting<Section> choice_setting(std::string_view name,
                                std::vector<std::string_view> words,
                                std::string fallback,
                                std::string_view meaning,
                                std::function<void(Section&, std::string_view)> choose) {
    std::string allowed;
    for (const auto word : words)
        allowed += (allowed.empty() ? "" : ", ") + std::string(word);
    auto store = [words = std::move(words), allowed, choose = std::move(choose)](
                     Section& s, const value& v) -> std::optional<std::string> {
        if (v.text() == nullptr || std::ranges::find(words, *v.text()) == words.end())
            return "must be one of: " + allowed;
        choose(s, *v.text());
        return std::nullopt;
    };
    return {name, "text", allowed, std::move(fallback), meaning, std::move(store)};
}

/// A setting for a text that is one of a few words.
template <typename Section, typename At>
setting<Section>
word_setting(std::string_view name, std::vector<std::string_view> words, std::string_view meaning, At at) {
    return choice_setting<Section>(
        name, std::move(words), default_of<Section>(at), meaning, [at](Section& s, std::string_view word) {
            at(s) = word;
        });
}

/// A setting for an enumerator, which the configuration writes as its name in `names`. `names` must be
/// static.
template <typename Section, typename Enum, typename At>
setting<Section>
enum_setting(std::string_view name, const enum_table<Enum>& names, std::string_view meaning, At at) {
    Section defaults{};
    return choice_setting<Section>(
        name,
        {names.values().begin(), names.values().end()},
        json::write(names.of(at(defaults))),
        meaning,
        [at, &names](Section& s, std::string_view word) { at(s) = *names.find(word); });
}

} // namespace contego::daemon
