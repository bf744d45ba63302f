#include "plan/fields.hpp"

#include "plan/code_points.hpp"
#include "plan/date.hpp"

#include <algorithm>
#include <utility>

namespace contego::planning {
namespace {

std::string to_text(range r, std::string_view unit) {
    auto text = std::to_string(r.lowest);
    if (r.highest != r.lowest) text += " to " + std::to_string(r.highest);
    text += ' ';
    return text += unit;
}

/// Returns the rule that a text of digits breaks, or nullopt.
std::optional<std::string> broken_digits_rule(const value& v, range digits) {
    if (v.integer() != nullptr || v.real() != nullptr) return "must be text, since leading zeros count";
    const auto* text = v.text();
    if (text == nullptr) return "must be text of " + to_text(digits, "digits");
    const auto length = static_cast<std::int64_t>(text->size());
    const bool all_digits = std::ranges::all_of(*text, [](char c) { return c >= '0' && c <= '9'; });
    if (!all_digits || length < digits.lowest || length > digits.highest)
        return "must be " + to_text(digits, "digits");
    return std::nullopt;
}

std::optional<std::string> text_of(const value& v) {
    const auto* text = v.text();
    return text == nullptr ? std::nullopt : std::optional(*text);
}

/// XML 1.0 cannot represent the other characters, not even as references.
bool xml_carries(char32_t c) {
    if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
    return c != 0xFFFE && c != 0xFFFF;
}

struct text_facts {
    std::size_t length = 0; // in characters
    bool utf_8 = true;
    bool xml = true;
    bool latin_1 = true;
};

text_facts facts_of(std::string_view text) {
    text_facts facts;
    for (auto rest = text; !rest.empty(); ++facts.length) {
        const auto c = take_code_point(rest);
        if (!c) {
            facts.utf_8 = false;
            continue;
        }
        facts.xml = facts.xml && xml_carries(*c);
        facts.latin_1 = facts.latin_1 && *c <= 0xFF;
    }
    return facts;
}

} // namespace

std::optional<std::string>
checked_digits(const std::string& field, const value& v, range digits, findings& found) {
    if (auto rule = broken_digits_rule(v, digits)) {
        found.add(field, v, std::move(*rule));
        return std::nullopt;
    }
    return text_of(v);
}

std::optional<std::string> checked_text(const std::string& field,
                                        const value& v,
                                        std::size_t longest,
                                        character_set characters,
                                        findings& found) {
    const auto rule = "must be text of 1 to " + std::to_string(longest) + " characters";
    const auto* text = v.text();
    if (text == nullptr) {
        found.add(field, v, rule);
        return std::nullopt;
    }
    const auto facts = facts_of(*text);
    bool good = true;
    const auto demand = [&](bool holds, std::string rule_text) {
        if (!holds) found.add(field, v, std::move(rule_text));
        good = good && holds;
    };
    demand(facts.length >= 1 && facts.length <= longest, rule);
    demand(facts.utf_8, "must be valid UTF-8");
    demand(facts.xml, "must not have control characters other than tab and line break");
    demand(characters == character_set::utf_8 || facts.latin_1, "must have characters of ISO-8859-1 only");
    if (!good) return std::nullopt;
    return *text;
}

std::optional<std::string> checked_text_or_integer(const std::string& field,
                                                   const value& v,
                                                   std::size_t longest,
                                                   character_set characters,
                                                   findings& found) {
    if (const auto* n = v.integer()) return std::to_string(*n);
    return checked_text(field, v, longest, characters, found);
}

std::optional<value>
checked_integer(const std::string& field, const value& v, range allowed, std::int64_t step, findings& found) {
    const auto* n = v.integer();
    if (n != nullptr && *n >= allowed.lowest && *n <= allowed.highest && *n % step == 0) return v;
    auto rule = "must be a whole number from " + std::to_string(allowed.lowest) + " to " +
                std::to_string(allowed.highest);
    if (step != 1) rule += " in steps of " + std::to_string(step);
    found.add(field, v, std::move(rule));
    return std::nullopt;
}

std::optional<value> checked_date(const std::string& field, const value& v, findings& found) {
    if (const auto* text = v.text(); text != nullptr && instant_of(*text)) return v;
    found.add(field,
              v,
              "must be a date and time with a zone, such as 2025-01-31T20:00:00Z or +01:00 in place of Z");
    return std::nullopt;
}

const value* given(const value::object& members, std::string_view name) {
    const auto found = members.find(name);
    return found == members.end() || found->second.is_null() ? nullptr : &found->second;
}

void check_members(const std::string& path,
                   const value::object& members,
                   std::span<const std::string_view> known,
                   findings& found) {
    for (const auto& member : members)
        if (std::ranges::find(known, member.first) == known.end()) found.add_unknown(path, member.first);
}

} // namespace contego::planning
