#pragma once

#include <contego/command_type.hpp>
#include <contego/value.hpp>

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace contego::simulator {

/// All numbers of the length of both ends from `lowest` to `highest`, both included: leading zeros count.
struct number_range {
    std::string lowest;
    std::string highest;

    [[nodiscard]] bool has(std::string_view number) const;

    /// `01000000000-01999999999`, or a single number; throws std::invalid_argument for anything else.
    [[nodiscard]] static number_range parse(std::string_view text);
};

using number_ranges = std::vector<number_range>;

/// Which cards, boxes and products exist. Rules instead of lists, so that millions of cards cost nothing.
struct population {
    number_ranges cards{{"01000000000", "01999999999"}};   ///< exist and are ours
    number_ranges foreign{{"02000000000", "02999999999"}}; ///< exist, and are managed by another system
    number_ranges boxes{{"0000000000", "0099999999"}};     ///< pairing modules
    /// Products: one to six digits, the first no 9.
    number_ranges services{
        {"0", "8"}, {"00", "89"}, {"000", "899"}, {"0000", "8999"}, {"00000", "89999"}, {"000000", "899999"}};
    std::set<command_type> unavailable; ///< answered with FEATURE_NOT_AVAILABLE

    /// From `{"cards": ["LOW-HIGH", ...], "foreign": [...], "boxes": [...], "services": [...], "unavailable":
    /// ["DISPLAY_FINGERPRINT"]}`; what is absent keeps its default. Throws std::invalid_argument.
    [[nodiscard]] static population parse(const value& document);
};

[[nodiscard]] bool holds(const number_ranges& ranges, std::string_view number);

} // namespace contego::simulator
