#include "binding/spread.hpp"

#include "binding/markup.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace contego::wire {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Compares the text with all beginnings of the secret at once: bit n of `reached` is set if its first n
// digits have just passed.
bool is_in(std::string_view text, std::string_view secret) {
    const auto length = std::min<std::size_t>(secret.size(), 63);
    std::array<std::uint64_t, 256> next{};
    for (std::size_t i = 0; i < length; ++i)
        next.at(static_cast<unsigned char>(secret[i])) |= std::uint64_t{1} << i;
    std::uint64_t reached = 0;
    bool in_run = false;
    for (const char c : text) {
        if (is_digit(c)) {
            if (!in_run) reached |= 1U;
            reached = (reached & next.at(static_cast<unsigned char>(c))) << 1U;
        } else if (in_run && ((reached >> length) & 1U) != 0) {
            return true;
        } else if (is_letter(c)) {
            reached = 0;
        }
        in_run = is_digit(c);
    }
    return in_run && ((reached >> length) & 1U) != 0;
}

} // namespace

bool is_spread_over(std::string_view text, std::string_view secret) {
    constexpr std::array kept{
        shown_markup{.texts = true, .values = false, .comments = false},
        shown_markup{.texts = true, .values = false, .comments = true},
        shown_markup{.texts = false, .values = true, .comments = false},
        shown_markup{.texts = false, .values = true, .comments = true},
        shown_markup{.texts = true, .values = true, .comments = false},
        shown_markup{.texts = true, .values = true, .comments = true},
    };
    return is_in(text, secret) || std::ranges::any_of(kept, [&](const auto& which) {
               return is_in(without_markup(text, which), secret);
           });
}

} // namespace contego::wire
