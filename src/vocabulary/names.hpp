#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace contego {

/// The names of an enumeration, in the order of its enumerators. These count from 0 without a gap.
template <typename Enum, std::size_t Size>
struct names {
    std::array<std::string_view, Size> all;

    [[nodiscard]] constexpr std::string_view of(Enum e) const { return all.at(static_cast<std::size_t>(e)); }

    [[nodiscard]] constexpr std::optional<Enum> find(std::string_view name) const {
        for (std::size_t i = 0; i < Size; ++i)
            if (all[i] == name) return static_cast<Enum>(i);
        return std::nullopt;
    }
};

} // namespace contego
