#include "plan/findings.hpp"

#include "plan/code_points.hpp"
#include <contego/command.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string>
#include <utility>

namespace contego::planning {
namespace {

constexpr std::size_t shown_characters = 60;
constexpr std::string_view ellipsis = "...";
constexpr std::string_view hidden = "****";
constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Writes JSON until it is longer than the text that is shown.
class writer {
public:
    void write(const value& v) {
        if (const auto* b = v.boolean())
            put(*b ? "true" : "false");
        else if (const auto* n = v.integer())
            put(std::to_string(*n));
        else if (const auto* r = v.real())
            write_real(*r);
        else if (const auto* s = v.text())
            write_text(*s);
        else if (const auto* items = v.items())
            write_list(*items);
        else if (const auto* members = v.members())
            write_object(*members);
        else
            put("null");
    }

    void write_characters(std::string_view s) {
        while (!s.empty() && !full()) {
            const auto whole = s;
            const auto c = take_code_point(s);
            if (!c)
                put_character(replacement_character);
            else if (*c == '"' || *c == '\\')
                put(*c == '"' ? "\\\"" : "\\\\");
            else if (*c < 0x20 || *c == 0x7F)
                put_escaped(*c);
            else
                put_character(whole.substr(0, whole.size() - s.size()));
        }
    }

    [[nodiscard]] std::string shortened() && {
        if (characters_ <= shown_characters) return std::move(text_);
        text_.resize(cut_);
        text_ += ellipsis;
        return std::move(text_);
    }

private:
    [[nodiscard]] bool full() const { return characters_ > shown_characters; }

    void put_character(std::string_view bytes) {
        if (full()) return;
        if (characters_ == shown_characters - ellipsis.size()) cut_ = text_.size();
        text_ += bytes;
        ++characters_;
    }

    void put(std::string_view ascii) {
        for (std::size_t i = 0; i < ascii.size(); ++i)
            put_character(ascii.substr(i, 1));
    }

    void put_escaped(char32_t c) {
        constexpr std::string_view digits = "0123456789abcdef";
        put("\\u00");
        put(digits.substr(c >> 4U, 1));
        put(digits.substr(c & 0xFU, 1));
    }

    void write_real(double r) {
        std::array<char, 32> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), r).ptr;
        put({digits.data(), static_cast<std::size_t>(end - digits.data())});
    }

    void write_text(std::string_view s) {
        put("\"");
        write_characters(s);
        put("\"");
    }

    void write_list(const value::list& items) {
        put("[");
        for (std::size_t i = 0; i < items.size() && !full(); ++i) {
            put(i == 0 ? "" : ",");
            write(items[i]);
        }
        put("]");
    }

    void write_object(const value::object& members) {
        put("{");
        bool first = true;
        for (const auto& member : members) {
            if (full()) return;
            put(std::exchange(first, false) ? "" : ",");
            write_text(without_secret(member.first));
            put(":");
            write_text(hidden);
        }
        put("}");
    }

    std::string text_;
    std::size_t characters_ = 0;
    std::size_t cut_ = 0; // position of the ellipsis
};

} // namespace

bool mentions_secret(const value& v) {
    if (const auto* text = v.text()) return is_secret(*text);
    if (const auto* items = v.items()) return std::ranges::any_of(*items, mentions_secret);
    if (const auto* members = v.members())
        return std::ranges::any_of(
            *members, [](const auto& m) { return is_secret(m.first) || mentions_secret(m.second); });
    return false;
}

std::string without_secret(std::string_view text) {
    std::string masked(text);
    if (is_secret(text)) std::ranges::replace_if(masked, is_digit, '*');
    return masked;
}

std::string shown(const value& v) {
    writer w;
    w.write(v);
    return std::move(w).shortened();
}

std::string member_of(const std::string& path, std::string_view name) {
    writer w;
    w.write_characters(without_secret(name));
    const auto short_name = std::move(w).shortened();
    return path.empty() ? short_name : path + '.' + short_name;
}

std::string item_of(const std::string& path, std::size_t index) {
    return path + '[' + std::to_string(index) + ']';
}

void findings::add(std::string field, const value& was, std::string rule) {
    keep({std::move(field), hides_values_ ? std::string(hidden) : shown(was), std::move(rule)});
}

void findings::add_absent(std::string field, std::string rule) {
    keep({std::move(field), "nothing", std::move(rule)});
}

void findings::add_unknown(const std::string& path, std::string_view name) {
    std::string readable(name);
    if (hides_values_) std::ranges::replace_if(readable, is_digit, '*');
    keep({member_of(path, readable), std::string(hidden), "is not known here"});
}

void findings::keep(violation v) {
    if (all_.size() < most_violations)
        all_.push_back(std::move(v));
    else
        ++more_;
}

} // namespace contego::planning
