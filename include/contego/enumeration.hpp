#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace contego {

// These functions count the enumerators of an enumeration, so that a table of them can be checked for
// completeness when it is compiled. The enumerators must count from 0 without a gap.

/// Returns whether an enumerator has that value. The compiler writes the value of a template argument as a
/// name if it has one, and as a cast otherwise.
template <auto Value>
consteval bool is_enumerator() {
    return std::string_view(__PRETTY_FUNCTION__).find("Value = (") == std::string_view::npos;
}

template <typename Enum, std::size_t Number = 0>
consteval std::size_t count_enumerators() {
    if constexpr (is_enumerator<static_cast<Enum>(Number)>())
        return count_enumerators<Enum, Number + 1>();
    else
        return Number;
}

template <typename Enum>
inline constexpr std::size_t enumerator_count = count_enumerators<Enum>();

/// Every enumerator, in order.
template <typename Enum>
inline constexpr auto enumerators = [] {
    std::array<Enum, enumerator_count<Enum>> all{};
    for (std::size_t n = 0; n < all.size(); ++n)
        all.at(n) = static_cast<Enum>(n);
    return all;
}();

} // namespace contego
