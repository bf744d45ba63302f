#include "plan/code_points.hpp"

#include <cstddef>

namespace contego::planning {
namespace {

struct form {
    std::size_t length; // in bytes; 0: not a lead byte
    char32_t bits;      // of the lead byte
    char32_t lowest;    // a smaller value is overlong
};

form form_of(unsigned char lead) {
    if (lead < 0x80) return {1, lead, 0};
    if (lead >= 0xC0 && lead < 0xE0) return {2, lead & 0x1FU, 0x80};
    if (lead >= 0xE0 && lead < 0xF0) return {3, lead & 0x0FU, 0x800};
    if (lead >= 0xF0 && lead < 0xF8) return {4, lead & 0x07U, 0x10000};
    return {0, 0, 0};
}

std::optional<char32_t> decode(std::string_view text, const form& f) {
    if (f.length == 0 || f.length > text.size()) return std::nullopt;
    auto c = f.bits;
    for (std::size_t i = 1; i < f.length; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80U) return std::nullopt;
        c = (c << 6U) | (byte & 0x3FU);
    }
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    if (c < f.lowest || c > 0x10FFFF || surrogate) return std::nullopt;
    return c;
}

} // namespace

std::optional<char32_t> take_code_point(std::string_view& rest) {
    const auto f = form_of(static_cast<unsigned char>(rest.front()));
    const auto c = decode(rest, f);
    rest.remove_prefix(c ? f.length : 1);
    return c;
}

} // namespace contego::planning
