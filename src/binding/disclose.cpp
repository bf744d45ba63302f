#include "binding/disclose.hpp"

#include "binding/utf_8.hpp"

#include <variant>

namespace contego::wire {
namespace {

constexpr std::size_t longest_body = std::size_t{1} << 20U;

// Treats each text of a reply. A text is masked first and cut then, so that no half of a secret is left at
// the end.
class disclosure {
public:
    disclosure(const veil& v, std::string_view stored)
        : veil_(v), withheld_(v.has_pin() && is_notice(stored)) {}

    [[nodiscard]] std::string masked(std::string_view text) const {
        auto clean = cleaned(text);
        return withheld_ ? veil_.over_part_of_withheld(std::move(clean)) : veil_.over(std::move(clean));
    }

    void text(std::string& t, std::size_t longest) const {
        if (!t.empty()) t = abbreviated(masked(t), longest);
    }

    // Numbers are masked too, since a PIN may have been read as one.
    void data(value& v) const {
        if (v.is_null() || v.boolean() != nullptr || !veil_.is_needed()) return;
        if (const auto* members = v.members()) {
            auto shown = *members;
            for (auto& [name, member] : shown)
                data(member);
            v = std::move(shown);
        } else if (const auto* items = v.items()) {
            auto shown = *items;
            for (auto& item : shown)
                data(item);
            v = std::move(shown);
        } else {
            scalar(v);
        }
    }

private:
    static bool is_notice(std::string_view body) {
        return body == veil::notice || body == veil::notice_of_length;
    }

    void scalar(value& v) const {
        const auto* t = v.text();
        const auto* n = v.integer();
        auto written = t != nullptr ? *t : n != nullptr ? std::to_string(*n) : std::to_string(*v.real());
        if (auto shown = masked(written); shown != written) v = std::move(shown);
    }

    const veil& veil_;
    bool withheld_;
};

} // namespace

reply disclosed(reply r, const veil& v, std::string_view stored) {
    // The binding names every member, so that a new member does not compile until someone decides how it
    // leaves.
    auto& [outcome,
           status,
           message,
           reference,
           result,
           code,
           description,
           wait,
           aside,
           unsent,
           outage,
           unreadable,
           expired,
           by] = r;
    const disclosure d(v, stored);
    d.text(status, longest_code);
    d.text(message, longest_message);
    d.text(reference, longest_code);
    d.data(result);
    d.text(code, longest_code);
    d.text(description, longest_message);
    return r;
}

std::size_t most_bytes_stored(const veil& v) {
    // In no character set is a text less than half as long as its bytes.
    return 2 * (v.has_pin() ? veil::longest : longest_body) + 64;
}

std::string storable_body(const veil& v, const body_text& beginning) {
    const auto& [bytes, decoded, is_whole] = beginning;
    auto text = v.over(cleaned(decoded ? std::string_view(decoded->text) : bytes));
    text.resize(shortened(text, longest_body).size());
    return text;
}

} // namespace contego::wire
