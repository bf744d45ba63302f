#pragma once

#include <contego/command_type.hpp>
#include <contego/value.hpp>

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego::simulator {

/// All numbers from `lowest` to `highest`, both included, that have the same length: leading zeros count.
struct number_range {
    std::string lowest;
    std::string highest;

    /// Returns whether the number is in the range.
    [[nodiscard]] bool has(std::string_view number) const;

    /// Reads `01000000000-01999999999` or a single number. Throws std::invalid_argument for any other text.
    [[nodiscard]] static number_range parse(std::string_view text);
};

using number_ranges = std::vector<number_range>;

/// The cards, boxes and products that exist. They are given as ranges instead of lists, so that millions of
/// cards need no memory.
struct population {
    number_ranges cards{{"01000000000", "01999999999"}};   ///< exist and are ours
    number_ranges foreign{{"02000000000", "02999999999"}}; ///< exist, but another system manages them
    number_ranges boxes{{"0000000000", "0099999999"}};     ///< pairing modules
    /// Products: one to six digits, of which the first is not 9.
    number_ranges services{
        {"0", "8"}, {"00", "89"}, {"000", "899"}, {"0000", "8999"}, {"00000", "89999"}, {"000000", "899999"}};
    std::set<command_type> unavailable; ///< answered with FEATURE_NOT_AVAILABLE

    /// Reads `{"cards": ["LOW-HIGH", ...], "foreign": [...], "boxes": [...], "services": [...],
    /// "unavailable": ["DISPLAY_FINGERPRINT"]}`. An absent member keeps its default. Throws
    /// std::invalid_argument.
    [[nodiscard]] static population parse(const value& document);
};

/// Returns whether one of the ranges has the number.
[[nodiscard]] bool holds(const number_ranges& ranges, std::string_view number);

} // namespace contego::simulator
