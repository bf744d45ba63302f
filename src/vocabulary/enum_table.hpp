#pragma once

#include <contego/enumeration.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace contego {

template <typename Enum, typename T>
struct enum_row {
    Enum key;
    T value;
};

/// A table with one value for each enumerator, such as its name. A table that lacks an enumerator, or lists
/// them in another order, does not compile.
template <typename Enum, typename T = std::string_view>
class enum_table {
public:
    using row = enum_row<Enum, T>;

    template <std::size_t Size>
        requires(Size == enumerator_count<Enum>) // the table must have one row for each enumerator
    consteval enum_table(const row (&rows)[Size]) {
        if (!are_in_order(rows)) throw "the rows must be in the order of the enumerators";
        std::ranges::transform(rows, values_.begin(), &row::value);
    }

    template <std::size_t Size>
    static consteval bool are_in_order(const row (&rows)[Size]) {
        return std::ranges::equal(rows, enumerators<Enum>, {}, &row::key);
    }

    [[nodiscard]] constexpr const T& of(Enum e) const { return values_.at(static_cast<std::size_t>(e)); }

    /// Returns the first enumerator with that value, or nothing if none has it.
    [[nodiscard]] constexpr std::optional<Enum> find(const T& value) const {
        const auto found = std::ranges::find(values_, value);
        if (found == values_.end()) return std::nullopt;
        return static_cast<Enum>(found - values_.begin());
    }

    /// Every value, in the order of the enumerators.
    [[nodiscard]] constexpr const auto& values() const { return values_; }

private:
    std::array<T, enumerator_count<Enum>> values_{};
};

/// Returns whether a table has one row for each enumerator, in their order. `key` is the member of a row with
/// its enumerator.
template <typename Enum, typename Row, std::size_t Size>
constexpr bool has_row_for_each(const std::array<Row, Size>& rows, Enum Row::* key) {
    return std::ranges::equal(rows, enumerators<Enum>, {}, key);
}

} // namespace contego
